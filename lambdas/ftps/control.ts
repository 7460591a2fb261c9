import type { Socket } from 'node:net';
import { FTPError, type FTPResponse } from 'basic-ftp';
import { classifySocketError, errorAnswer } from './classify.ts';
import { Dialogue } from './dialogue.ts';
import { FtpsError } from './ftps-error.ts';
import { LineContext } from './line-context.ts';
import { type Reply, shownText } from './reply.ts';

/** NAT gateways drop a flow that is silent for 350 s, and the kernel's own first probe comes after two hours. */
const keepAliveMs = 15_000;

export interface ControlOptions {
  /** `host:port`, for messages. */
  readonly target: string;
  readonly replyMs: number;
  /** Hears every command and reply, secrets masked. */
  readonly trace: ((line: string) => void) | undefined;
  /** What must not reach a message or a trace, should the server echo it: one character a byte, as replies are. */
  readonly secrets: readonly string[];
}

/** Hears the replies to one command, and may end the wait. */
export type ReplyListener<T> = (reply: Reply, settle: Settle<T>) => void;

export interface Settle<T> {
  readonly resolve: (value: T) => void;
  readonly reject: (error: Error) => void;
}

/**
 * The control connection: basic-ftp's context, which matches replies to commands, with exact bytes, whole lines and
 * typed errors. One exchange at a time. Any error other than a reply ends the connection.
 */
export class Control {
  readonly target: string;
  readonly dialogue = new Dialogue();
  readonly #context: LineContext;
  readonly #options: ControlOptions;
  readonly #ended = Promise.withResolvers<void>();
  #lost: FtpsError | undefined;
  #phase: 'opening' | 'open' = 'opening';
  #busy = false;

  constructor(options: ControlOptions) {
    this.target = options.target;
    this.#options = options;
    this.#context = new LineContext({
      onLine: (line) => this.#hear(this.#masked(line)),
      onClose: (error) => this.#remember(error),
    });
    this.#context.encoding = 'latin1';
  }

  /** Why the connection is gone; undefined while it is there. */
  get lost(): FtpsError | undefined {
    return this.#lost;
  }

  get socket(): Socket {
    return this.#context.socket;
  }

  /** Takes over a socket: a new one, or the TLS upgrade of the present one. */
  adopt(socket: Socket): void {
    this.#context.adopt(socket);
    tuneSocket(socket);
  }

  /** From here on, a TLS alert means that the server hung up, not that it refuses us. */
  markOpen(): void {
    this.#phase = 'open';
  }

  /** The final reply to one command, positive or negative. @throws FtpsError only where the connection is gone. */
  async request(command: string): Promise<Reply> {
    const [reply] = await this.pipeline([command]);
    if (reply === undefined) throw new Error('a pipeline of one command must have one reply');
    return reply;
  }

  /** The final replies to commands sent in one go, in their order (RFC 959 answers them one by one). */
  pipeline(commands: readonly string[]): Promise<readonly Reply[]> {
    return this.#withDeadline(this.#collect(commands, commands.length));
  }

  /** The greeting, which nobody asked for. 120 means that it is still to come (RFC 959, 5.4). */
  async greeting(): Promise<Reply> {
    const [reply] = await this.#collect([], 1);
    if (reply === undefined) throw new Error('a greeting must be a reply');
    return reply;
  }

  /** Sends a command whose replies the listener judges one by one; it, or {@link drop}, ends the wait. */
  exchange<T>(command: string, onReply: ReplyListener<T>): Promise<T> {
    return this.#handle([command], onReply);
  }

  /** Ends the connection. Whoever waits for a reply is told `error`. */
  drop(error: FtpsError): void {
    this.#context.closeWithError(error);
  }

  /**
   * Says goodbye, and waits a moment until the server has hung up too: it counts the session until then. Never throws.
   */
  async quit(waitMs: number): Promise<void> {
    if (this.#lost !== undefined) return;
    const closing = this.#failure('connection-lost', 'the session was closed from our side', undefined);
    // Behind a running transfer, QUIT would wait for its end.
    if (this.#busy) {
      this.drop(closing);
      return;
    }
    const timer = setTimeout(() => this.drop(closing), waitMs);
    try {
      await this.#collect(['QUIT'], 1);
      await this.#ended.promise;
    } catch {
      // It hung up instead of answering: the end that was asked for.
    }
    clearTimeout(timer);
    this.drop(closing);
  }

  #hear(line: string): void {
    this.dialogue.hear(line);
    this.#options.trace?.(line);
  }

  /** Replaces the secrets that a server might echo. */
  #masked(text: string): string {
    return this.#options.secrets.reduce((masked, secret) => masked.replaceAll(secret, '***'), text);
  }

  #collect(commands: readonly string[], count: number): Promise<readonly Reply[]> {
    const replies: Reply[] = [];
    return this.#handle<readonly Reply[]>(commands, (reply, settle) => {
      if (reply.code < 200) return;
      replies.push(reply);
      if (replies.length === count) settle.resolve(replies);
    });
  }

  async #withDeadline<T>(exchange: Promise<T>): Promise<T> {
    const { replyMs } = this.#options;
    const timer = setTimeout(() => {
      this.drop(this.#failure('timeout', `no reply within ${replyMs / 1000} s`, undefined));
    }, replyMs);
    try {
      return await exchange;
    } finally {
      clearTimeout(timer);
    }
  }

  async #handle<T>(commands: readonly string[], onReply: ReplyListener<T>): Promise<T> {
    if (this.#lost !== undefined) throw this.#lost;
    // Everything that gets here was checked before; a second command hidden in the first must still never be sent.
    if (commands.some((command) => /[\r\n\0]/.test(command))) {
      throw new Error('a command must have no control characters that end it');
    }
    const exchange: Promise<T> = this.#context.handle(undefined, (response, task) => {
      const reply = this.#replyOf(response);
      if (reply === undefined) {
        task.reject(this.#lost ?? new Error('a lost connection must have its reason'));
        return;
      }
      onReply(reply, task);
      if (this.#isEnd(reply)) {
        this.drop(this.#failure('connection-lost', `the server answered ${reply.shown}`, undefined));
      }
    });
    this.#busy = true;
    try {
      this.#sendAll(commands);
      return await exchange;
    } finally {
      this.#busy = false;
    }
  }

  /** One write for all: a command a packet would wait for the acknowledgement of the one before. */
  #sendAll(commands: readonly string[]): void {
    const { socket } = this.#context;
    socket.cork();
    for (const command of commands) this.#context.send(command);
    socket.uncork();
  }

  /** Undefined where it is not the server's reply but the end of the connection. */
  #replyOf(response: Error | FTPResponse): Reply | undefined {
    if (response instanceof Error && !(response instanceof FTPError)) return undefined;
    return {
      code: response.code,
      bytes: response.message,
      shown: shownText(this.#masked(response.message)),
    };
  }

  /** 421 announces that the server closes the connection, and 530 that we are not logged in any more (RFC 959, 4.2.2). */
  #isEnd({ code }: Reply): boolean {
    return code === 421 || (code === 530 && this.#phase === 'open');
  }

  #remember(error: Error): void {
    this.#lost ??=
      error instanceof FtpsError
        ? error
        : this.#failure(classifySocketError(error, this.#phase), errorAnswer(error), error);
    this.#ended.resolve();
  }

  #failure(kind: FtpsError['kind'], answer: string, cause: unknown): FtpsError {
    return new FtpsError({ kind, attempt: 'talking to', target: this.target, answer, cause });
  }
}

/** Small commands must not wait for acknowledgements, and a silent flow must stay alive. */
export function tuneSocket(socket: Socket): void {
  socket.setNoDelay(true);
  socket.setKeepAlive(true, keepAliveMs);
}
