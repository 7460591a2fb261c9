import type { Socket } from 'node:net';
import type { FTPResponse } from 'basic-ftp';
import { slowServerRemedy } from '../../core/connection/ftps-error-remedies.ts';
import { explainTlsFailure, type TlsTrust } from '../../core/connection/tls-refusal.ts';
import { FtpsError } from '../ftps-error.ts';
import { classifySocketError, errorAnswer, errorCode } from './classify-error.ts';
import { CommandTrack } from './command-track.ts';
import { LineContext, type StalledReply } from './line-context.ts';
import { type Reply, shownText } from './reply.ts';
import { endsFeatures, isEndLine, type OpenReply } from './reply-reader.ts';
import { maskSecrets } from './secret-forms.ts';
import { Transcript } from './transcript.ts';

/** AWS NAT gateways drop a flow that is silent for 350 s, and Linux sends its first probe after two hours. */
const keepAliveMs = 15_000;

export interface ControlOptions {
  /** `host:port`, for messages. */
  readonly target: string;
  readonly replyMs: number;
  /** How long nothing may come of a reply that has begun. */
  readonly unfinishedMs: number;
  /** Receives every command and reply, secrets masked. */
  readonly trace: ((line: string) => void) | undefined;
  /** What is masked in messages and traces where the server echoes it (secret-forms.ts). */
  readonly secretForms: readonly string[];
}

/** Receives the replies to one command, and ends the wait through `settle`. */
export type ReplyListener<T> = (reply: Reply, settle: Settle<T>) => void;

export interface Settle<T> {
  readonly resolve: (value: T) => void;
  readonly reject: (error: Error) => void;
}

/**
 * The control connection. It adds exact bytes, whole lines and typed errors to basic-ftp's context, which
 * matches replies to commands. One exchange at a time. Every error that is not a reply ends the connection.
 */
export class Control {
  readonly target: string;
  readonly transcript = new Transcript();
  readonly #context: LineContext;
  readonly #options: ControlOptions;
  readonly #track = new CommandTrack();
  readonly #ended = Promise.withResolvers<void>();
  #lost: FtpsError | undefined;
  #phase: 'opening' | 'open' = 'opening';
  #busy = false;

  constructor(options: ControlOptions) {
    this.target = options.target;
    this.#options = options;
    const listeners = {
      onLine: (line: string) => this.#record(this.#mask(line)),
      onClose: (error: Error) => this.#close(error),
      onUnawaited: (reply: string) => this.#dropUnawaited(reply),
      isEnd: (open: OpenReply) => this.#isFeat && endsFeatures(open),
      onStall: (stalled: StalledReply) => this.#onStall(stalled),
    };
    this.#context = new LineContext(listeners, options.unfinishedMs);
    this.#context.encoding = 'latin1';
  }

  /** Why the connection is gone; undefined while it is usable. */
  get lost(): FtpsError | undefined {
    return this.#lost;
  }

  get socket(): Socket {
    return this.#context.socket;
  }

  /** What is required of TLS, for the message of an alert that comes after the handshake. */
  trust: TlsTrust | undefined;

  /** What is under way while no reply is awaited, for the message of a timeout. */
  underWay: 'TCP' | 'TLS' | undefined;

  /**
   * What the server has not done yet, for the message of a timeout, and whether a command awaits its reply:
   * then no firewall and no wrong port is to blame.
   */
  get unanswered(): { readonly text: string; readonly isCommand: boolean } | undefined {
    const isCommand = this.#track.isAwaiting && this.#track.current !== 'the greeting';
    if (this.#track.isAwaiting) return { text: this.#describeUnanswered(), isCommand };
    if (this.underWay === 'TCP') return { text: 'the connection was not accepted', isCommand };
    return this.underWay && { text: 'the TLS handshake did not end', isCommand };
  }

  /** Takes over a socket: a new one, or the TLS upgrade of the current one. */
  adopt(socket: Socket): void {
    this.#context.adopt(socket);
    tuneSocket(socket);
  }

  /**
   * Call after the login: from then on, a TLS alert means that the server hung up, not that it refuses us.
   */
  markOpen(): void {
    this.#phase = 'open';
  }

  /**
   * Sends one command. @returns the final reply, positive or negative.
   * @throws FtpsError where the connection is gone; `timeout` where no reply comes within `replyMs`.
   */
  async request(command: string): Promise<Reply> {
    const [reply] = await this.pipeline([command]);
    if (reply === undefined) throw new Error('a pipeline of one command must have one reply');
    return reply;
  }

  /**
   * Sends commands in one write. @returns their final replies, in order: a server answers commands one by one
   * (RFC 959, 5.4). The whole pipeline has `replyMs`. @throws FtpsError as {@link request}.
   */
  pipeline(commands: readonly string[]): Promise<readonly Reply[]> {
    return this.#withDeadline(this.#collect(commands, commands.length));
  }

  /** The greeting, which follows no command. After a 120, the greeting is still to come (RFC 959, 5.4). */
  async greeting(): Promise<Reply> {
    const [reply] = await this.#collect([], 1);
    if (reply === undefined) throw new Error('a greeting must be a reply');
    return reply;
  }

  /**
   * Sends a command and passes each reply to the listener, which ends the wait through `settle`. It has no
   * deadline: the caller sets one with {@link drop}.
   */
  exchange<T>(command: string, onReply: ReplyListener<T>): Promise<T> {
    return this.#exchange([command], onReply);
  }

  /** Ends the connection. A pending exchange is rejected with `error`. */
  drop(error: FtpsError): void {
    this.#context.closeWithError(error);
  }

  /**
   * Sends QUIT, and waits up to `waitMs` until the server has hung up, because it counts the session until
   * then. Never throws.
   */
  async quit(waitMs: number): Promise<void> {
    if (this.#lost !== undefined) return;
    const closing = this.#error('connection-lost', 'the session was closed on our side', undefined);
    // During a transfer, the server would answer QUIT only after its end (RFC 959, 4.1.1).
    if (this.#busy) {
      this.drop(closing);
      return;
    }
    const timer = setTimeout(() => this.drop(closing), waitMs);
    try {
      await this.#collect(['QUIT'], 1);
      await this.#ended.promise;
    } catch {
      // The server hung up instead of answering, which ends the session as well.
    }
    clearTimeout(timer);
    this.drop(closing);
  }

  #record(line: string): void {
    this.transcript.record(line);
    this.#options.trace?.(line);
  }

  /** Replaces the secrets that a server may echo. */
  #mask(text: string): string {
    return maskSecrets(text, this.#options.secretForms);
  }

  #collect(commands: readonly string[], count: number): Promise<readonly Reply[]> {
    const replies: Reply[] = [];
    return this.#exchange<readonly Reply[]>(commands, (reply, settle) => {
      if (reply.code < 200) return;
      replies.push(reply);
      if (replies.length === count) settle.resolve(replies);
    });
  }

  async #withDeadline<T>(exchange: Promise<T>): Promise<T> {
    const { replyMs } = this.#options;
    const timer = setTimeout(() => {
      const answer = `no reply within ${replyMs / 1000} s: ${this.#describeUnanswered()}`;
      this.drop(this.#error('timeout', answer, undefined, slowServerRemedy('reply')));
    }, replyMs);
    try {
      return await exchange;
    } finally {
      clearTimeout(timer);
    }
  }

  async #exchange<T>(commands: readonly string[], onReply: ReplyListener<T>): Promise<T> {
    if (this.#lost !== undefined) throw this.#lost;
    // Callers validate names already. This guards against a second command hidden in the first.
    if (commands.some((command) => /[\r\n\0]/.test(command))) {
      throw new Error('a command must not contain CR, LF or NUL');
    }
    const exchange: Promise<T> = this.#context.handle(undefined, (response, task) => {
      const reply = this.#toReply(response);
      if (reply === undefined) {
        task.reject(this.#lost ?? new Error('a lost connection must have its reason'));
        return;
      }
      const repeated = this.#track.note(reply);
      if (repeated !== undefined) {
        this.drop(this.#error('protocol', repeated, undefined));
        return;
      }
      onReply(reply, task);
      if (this.#endsSession(reply)) {
        this.drop(this.#error('connection-lost', `the server answered ${reply.shown}`, undefined));
      }
    });
    this.#busy = true;
    this.#track.begin(commands);
    try {
      this.#sendAll(commands);
      return await exchange;
    } finally {
      this.#busy = false;
      this.#track.finish();
    }
  }

  /** One write for all commands, so that they share packets. */
  #sendAll(commands: readonly string[]): void {
    const { socket } = this.#context;
    socket.cork();
    for (const command of commands) this.#context.send(command);
    socket.uncork();
  }

  /** Undefined where the response is not a reply but the end of the connection. */
  #toReply(response: Error | FTPResponse): Reply | undefined {
    if (response instanceof Error) return undefined;
    return { code: response.code, bytes: response.message, shown: this.#show(response.message) };
  }

  #show(bytes: string): string {
    return shownText(this.#mask(bytes));
  }

  get #isFeat(): boolean {
    return this.#track.isAwaiting && this.#track.current === 'FEAT';
  }

  /** `the server did not answer CWD /out`, with what has come of the reply. */
  #describeUnanswered(): string {
    const { unfinished } = this.#context;
    if (unfinished !== undefined) return this.#describeUnfinished(unfinished);
    const { current, preliminary } = this.#track;
    if (current === 'the greeting') return 'the server did not greet';
    return preliminary === undefined
      ? `the server did not answer ${current}`
      : `after "${preliminary.shown}", the server did not answer ${current}`;
  }

  #describeUnfinished({ open, partialLine }: StalledReply): string {
    const to =
      this.#track.current === 'the greeting' ? 'the greeting' : `the reply to ${this.#track.current}`;
    const line = `"${this.#show(partialLine)}"`;
    if (open === undefined) return `${to} was not ended: ${line} came without a line end (CR LF)`;
    const last = partialLine === '' ? `"${this.#show(open.lastLine)}"` : line;
    return `${to}, which began with ${open.code}-, was not ended with ${open.code}: the last line that came is ${last}`;
  }

  /**
   * What the server lists as features may go without its end, because FEAT is optional. Any other reply that
   * is not ended ends the session: what comes next could be its end, or the reply to another command.
   */
  #onStall(stalled: StalledReply): 'take' | 'end' {
    if (this.#isFeat && stalled.partialLine === '') return 'take';
    const answer = this.#describeUnfinished(stalled);
    const isOtherEnd = stalled.open !== undefined && isEndLine(stalled.open.lastLine);
    const waited = `nothing more came for ${this.#options.unfinishedMs / 1000} s`;
    this.drop(this.#error(isOtherEnd ? 'protocol' : 'timeout', `${answer}, and ${waited}`, undefined));
    return 'end';
  }

  /**
   * Ends the session: from here on, each command would get the reply to the one before. A 421 may come at any
   * time (RFC 959, 5.4), and says that the server hangs up.
   */
  #dropUnawaited(message: string): void {
    const shown = this.#show(message);
    if (message.startsWith('421')) {
      this.drop(this.#error('connection-lost', `the server sent ${shown}`, undefined));
      return;
    }
    this.drop(this.#error('protocol', this.#track.explainUnawaited(shown), undefined));
  }

  /** 421: the server closes the connection. 530 after the login: the login has expired (RFC 959, 4.2.2). */
  #endsSession({ code }: Reply): boolean {
    return code === 421 || (code === 530 && this.#phase === 'open');
  }

  #close(error: Error): void {
    this.#lost ??= error instanceof FtpsError ? error : this.#socketError(error);
    this.#ended.resolve();
  }

  /** In TLS 1.3, a server refuses a client certificate only after the handshake. */
  #socketError(error: Error): FtpsError {
    const kind = classifySocketError(error, this.#phase);
    const { trust } = this;
    const failure = { code: errorCode(error) ?? '', chain: [], hasAnswered: true, now: new Date() };
    const isRefusal = kind === 'client-certificate-refused' && trust !== undefined;
    const refusal = isRefusal ? explainTlsFailure({ ...failure, trust }) : undefined;
    return this.#error(kind, refusal?.answer ?? errorAnswer(error), error, refusal?.remedy);
  }

  #error(kind: FtpsError['kind'], answer: string, cause: unknown, remedy?: string): FtpsError {
    return new FtpsError({ kind, attempt: 'talking to', target: this.target, answer, cause, remedy });
  }
}

/** Sends small commands without delay (no Nagle), and keeps an idle connection alive. */
export function tuneSocket(socket: Socket): void {
  socket.setNoDelay(true);
  socket.setKeepAlive(true, keepAliveMs);
}
