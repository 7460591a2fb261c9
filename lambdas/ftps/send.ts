import { setImmediate as nextTurn } from 'node:timers/promises';
import type { TLSSocket } from 'node:tls';
import type { RemotePath } from '../sync/remote-path.ts';
import { classifySocketError, errorAnswer } from './classify.ts';
import type { Settle } from './control.ts';
import type { DataConnection } from './data-connection.ts';
import { FtpsError } from './ftps-error.ts';
import { tryOtherDataTls } from './habits.ts';
import { isPositive, isPreliminary, type Reply } from './reply.ts';
import type { Session } from './session.ts';

/** How much is written at once: on a slow line, progress must be seen more often than `idleMs`. */
const pieceBytes = 256 * 1024;

export interface SendRequest {
  /** STOR or APPE, with its argument as bytes. */
  readonly command: string;
  /** What this does, for messages: `writing /a/b`. */
  readonly attempt: string;
  readonly path: RemotePath;
  readonly data: DataConnection;
  /** Asked for a chunk only when the connection has room for it. A failure ends the session and is thrown on. */
  readonly source: AsyncIterable<Uint8Array>;
  readonly signal: AbortSignal | undefined;
}

export interface Sent {
  /** The final reply; negative ones too. */
  readonly reply: Reply;
  /** Whether everything was sent, with a proper end. A positive reply proves nothing without it. */
  readonly complete: boolean;
  /** Why the data connection broke before everything was sent, where it did. */
  readonly dataFault: FtpsError | undefined;
}

/**
 * Sends a command and then, once the server has agreed, the source over its data connection. As in receive.ts, a broken
 * data connection waits a moment for the control reply, because that has the reason (a full disk, a quota).
 * @throws FtpsError where the session is gone (it is dropped then); the signal's reason; what the source throws.
 */
export function send(session: Session, request: SendRequest): Promise<Sent> {
  return new Sending(session, request).run();
}

class Sending {
  readonly #session: Session;
  readonly #request: SendRequest;
  #secure: TLSSocket | undefined;
  #handshaken = false;
  /** The server said 1xx: it wants the bytes. */
  #invited = false;
  #pumping = false;
  /** The source is asked, so that the silence is not the server's. */
  #pulling = false;
  /** The last byte and the end are written; the kernel may still have them. */
  #finishing = false;
  #reply: Reply | undefined;
  #settle: Settle<Sent> | undefined;
  #end: { readonly fault: FtpsError | undefined } | undefined;
  #room: PromiseWithResolvers<void> | undefined;
  #timer: NodeJS.Timeout | undefined;
  /** What ended the session from our side; it is thrown instead of the session's own error. */
  #stopped: { readonly reason: unknown } | undefined;
  #over = false;

  constructor(session: Session, request: SendRequest) {
    this.#session = session;
    this.#request = request;
  }

  async run(): Promise<Sent> {
    const { data, signal, command } = this.#request;
    const abort = () => this.#stop(signal?.reason);
    data.raw.on('error', (error) => this.#dataFailed(error));
    try {
      if (signal?.aborted) abort();
      signal?.addEventListener('abort', abort);
      if (this.#session.habits.dataTls === 'early') this.#startTls();
      this.#armTimer();
      return await this.#session.control.exchange<Sent>(command, (reply, settle) => {
        this.#settle = settle;
        this.#heard(reply);
      });
    } catch (error) {
      throw this.#stopped === undefined ? error : this.#stopped.reason;
    } finally {
      this.#over = true;
      clearTimeout(this.#timer);
      signal?.removeEventListener('abort', abort);
      this.#room?.resolve();
      this.#closeData();
    }
  }

  #heard(reply: Reply): void {
    if (isPreliminary(reply)) {
      this.#invited = true;
      this.#startTls();
      this.#armTimer();
      this.#pumpIfReady();
      return;
    }
    this.#reply = reply;
    this.#settleIfDone();
  }

  #startTls(): void {
    if (this.#secure !== undefined) return;
    const secure = this.#request.data.secure();
    this.#secure = secure;
    secure.on('secureConnect', () => {
      this.#handshaken = true;
      this.#pumpIfReady();
    });
    secure.on('drain', () => this.#room?.resolve());
    secure.on('finish', () => {
      if (this.#finishing) this.#ended(undefined);
    });
    secure.on('end', () => {
      if (!this.#finishing) this.#dataFailed(closedEarly());
    });
    secure.on('error', (error) => this.#dataFailed(error));
    secure.on('close', () => this.#dataFailed(closedEarly()));
    // Nothing is to come but TLS tickets and the server's goodbye, and both must be read.
    secure.resume();
  }

  #pumpIfReady(): void {
    const secure = this.#secure;
    if (secure === undefined || !this.#handshaken || !this.#invited || this.#pumping) return;
    this.#pumping = true;
    void this.#pump(secure);
  }

  /** Never rejects. */
  async #pump(secure: TLSSocket): Promise<void> {
    // An empty file would otherwise end the connection before our last handshake message is out, and the server would
    // take the goodbye for a broken handshake.
    await nextTurn();
    try {
      this.#pull();
      for await (const chunk of this.#request.source) {
        this.#pulled();
        for (let start = 0; start < chunk.length && this.#mayWrite(); start += pieceBytes) {
          if (!secure.write(chunk.subarray(start, start + pieceBytes))) await this.#waitForRoom();
        }
        if (!this.#mayWrite()) return;
        this.#pull();
      }
    } catch (error) {
      this.#stop(error);
      return;
    }
    if (!this.#mayWrite()) return;
    this.#pulled();
    this.#finishing = true;
    // The end is close_notify and FIN for our direction alone (RFC 8446, 6.1): what was written before still arrives.
    secure.end();
    this.#armTimer();
  }

  #mayWrite(): boolean {
    const isAnswered = this.#reply !== undefined || this.#end !== undefined;
    return !isAnswered && !this.#over && this.#stopped === undefined;
  }

  #pull(): void {
    this.#pulling = true;
    this.#armTimer();
  }

  #pulled(): void {
    this.#pulling = false;
    this.#armTimer();
  }

  async #waitForRoom(): Promise<void> {
    this.#room = Promise.withResolvers();
    if (!this.#mayWrite()) return;
    await this.#room.promise;
    this.#armTimer();
  }

  #dataFailed(cause: Error): void {
    if (this.#end !== undefined || this.#over) return;
    const kind = classifySocketError(cause, 'open');
    const fault = this.#failure(kind, `the data connection broke: ${errorAnswer(cause)}`, cause);
    if (kind === 'certificate-refused') this.#session.control.drop(fault);
    this.#ended(fault);
  }

  #ended(fault: FtpsError | undefined): void {
    if (this.#end !== undefined) return;
    this.#end = { fault };
    this.#room?.resolve();
    this.#armTimer();
    this.#settleIfDone();
  }

  #settleIfDone(): void {
    const reply = this.#reply;
    if (reply === undefined) return;
    this.#room?.resolve();
    if (isPositive(reply) && this.#finishing && this.#end === undefined) return;
    const dataFault = this.#end?.fault;
    if (isPositive(reply) && dataFault !== undefined) this.#learnWhenTlsStarts();
    this.#settle?.resolve({
      reply,
      complete: this.#end !== undefined && dataFault === undefined,
      dataFault,
    });
  }

  #learnWhenTlsStarts(): void {
    if (!this.#handshaken) tryOtherDataTls(this.#session.habits);
  }

  #armTimer(): void {
    clearTimeout(this.#timer);
    if (this.#over) return;
    const { idleMs, finalReplyMs, explanationMs } = this.#session.timeouts;
    const fault = this.#end?.fault;
    if (fault !== undefined) {
      this.#expire(explanationMs, () => {
        this.#learnWhenTlsStarts();
        return fault;
      });
    } else if (this.#finishing) {
      const answer = `all was sent, but no final reply came within ${finalReplyMs / 1000} s`;
      this.#expire(finalReplyMs, () => this.#failure('timeout', answer));
    } else if (!this.#pulling) {
      this.#expire(idleMs, () => this.#failure('timeout', `not a byte was taken for ${idleMs / 1000} s`));
    }
  }

  /**
   * After a final reply to a whole file, and only then, the rest may be thrown away: earlier, unread TLS 1.3 tickets would
   * turn the close into a reset that loses the tail. A part of a file ends with a reset, because vsftpd takes a plain end,
   * even without close_notify, for the end of the file.
   */
  #closeData(): void {
    const { raw } = this.#request.data;
    if (this.#end === undefined || this.#end.fault !== undefined) raw.resetAndDestroy();
    this.#secure?.destroy();
    raw.destroy();
  }

  #expire(afterMs: number, error: () => FtpsError): void {
    this.#timer = setTimeout(() => this.#session.control.drop(error()), afterMs);
  }

  /** Ends the session without a proper end of the data, which the server would take for the end of the file. */
  #stop(reason: unknown): void {
    if (this.#over || this.#stopped !== undefined) return;
    this.#stopped = { reason };
    const answer = 'the transfer was stopped from our side';
    this.#session.control.drop(this.#failure('connection-lost', answer, reason));
  }

  #failure(kind: FtpsError['kind'], answer: string, cause?: unknown): FtpsError {
    const { path } = this.#request;
    return new FtpsError({ kind, attempt: this.#request.attempt, target: path, answer, path, cause });
  }
}

function closedEarly(): Error {
  return new Error('it was closed before its end');
}
