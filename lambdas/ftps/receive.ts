import type { TLSSocket } from 'node:tls';
import type { RemotePath } from '../sync/remote-path.ts';
import { classifySocketError, errorAnswer } from './classify.ts';
import type { Settle } from './control.ts';
import type { DataConnection } from './data-connection.ts';
import { FtpsError } from './ftps-error.ts';
import { tryOtherDataTls } from './habits.ts';
import { isPositive, isPreliminary, type Reply } from './reply.ts';
import type { Session } from './session.ts';

export interface ReceiveRequest {
  /** RETR, MLSD or LIST, with its argument as bytes. */
  readonly command: string;
  /** What this does, for messages: `reading /a/b`. */
  readonly attempt: string;
  readonly path: RemotePath;
  readonly data: DataConnection;
  /** A promise holds the data connection back until it is fulfilled. A failure ends the session and is thrown on. */
  readonly onChunk: (chunk: Buffer) => Promise<void> | undefined;
  readonly signal: AbortSignal | undefined;
}

export interface Received {
  /** The final reply; negative ones too. */
  readonly reply: Reply;
  /** Why the data connection did not end as it should; undefined: it did. A positive reply proves nothing without this. */
  readonly dataFault: FtpsError | undefined;
}

/**
 * Sends a command and receives what comes over its data connection. A broken data connection waits a moment for the
 * control reply, because that has the reason: ProFTPD resets the data connection and then says `550 No such file`.
 * @throws FtpsError where the session is gone (it is dropped then); the signal's reason; what `onChunk` throws.
 */
export function receive(session: Session, request: ReceiveRequest): Promise<Received> {
  return new Reception(session, request).run();
}

class Reception {
  readonly #session: Session;
  readonly #request: ReceiveRequest;
  #secure: TLSSocket | undefined;
  #handshaken = false;
  #reply: Reply | undefined;
  #settle: Settle<Received> | undefined;
  #end: { readonly fault: FtpsError | undefined } | undefined;
  #consuming = false;
  #timer: NodeJS.Timeout | undefined;
  /** What ended the session from our side; it is thrown instead of the session's own error. */
  #stopped: { readonly reason: unknown } | undefined;
  #over = false;

  constructor(session: Session, request: ReceiveRequest) {
    this.#session = session;
    this.#request = request;
  }

  async run(): Promise<Received> {
    const { data, signal, command } = this.#request;
    const abort = () => this.#stop(signal?.reason);
    data.raw.on('error', (error) => this.#dataFailed(error));
    try {
      if (signal?.aborted) abort();
      signal?.addEventListener('abort', abort);
      if (this.#session.habits.dataTls === 'early') this.#startTls();
      this.#armTimer();
      return await this.#session.control.exchange<Received>(command, (reply, settle) => {
        this.#settle = settle;
        this.#heard(reply);
      });
    } catch (error) {
      throw this.#stopped === undefined ? error : this.#stopped.reason;
    } finally {
      this.#over = true;
      clearTimeout(this.#timer);
      signal?.removeEventListener('abort', abort);
      this.#closeData();
    }
  }

  #heard(reply: Reply): void {
    if (!isPreliminary(reply)) this.#reply = reply;
    if (isPreliminary(reply) || isPositive(reply)) this.#startTls();
    this.#settleIfDone();
  }

  #startTls(): void {
    if (this.#secure !== undefined) return;
    const secure = this.#request.data.secure();
    this.#secure = secure;
    secure.on('secureConnect', () => {
      this.#handshaken = true;
    });
    secure.on('data', (chunk: Buffer) => this.#arrived(chunk));
    secure.on('end', () => (this.#handshaken ? this.#ended(undefined) : this.#dataFailed(closedEarly())));
    secure.on('error', (error) => this.#dataFailed(error));
    secure.on('close', () => this.#dataFailed(closedEarly()));
  }

  #arrived(chunk: Buffer): void {
    if (this.#over || this.#stopped !== undefined) return;
    this.#timer?.refresh();
    try {
      const consumed = this.#request.onChunk(chunk);
      if (consumed !== undefined) void this.#holdBack(consumed);
    } catch (error) {
      this.#stop(error);
    }
  }

  /** No more is read until the sink has taken what it has, and its slowness is not the server's silence. */
  async #holdBack(consumed: Promise<void>): Promise<void> {
    this.#consuming = true;
    this.#secure?.pause();
    clearTimeout(this.#timer);
    try {
      await consumed;
    } catch (error) {
      this.#stop(error);
    }
    this.#consuming = false;
    this.#armTimer();
    this.#secure?.resume();
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
    this.#armTimer();
    this.#settleIfDone();
  }

  #settleIfDone(): void {
    const reply = this.#reply;
    if (reply === undefined) return;
    if (isPositive(reply) && this.#end === undefined) return;
    const dataFault = this.#end?.fault;
    if (isPositive(reply) && dataFault !== undefined) this.#learnWhenTlsStarts();
    this.#settle?.resolve({ reply, dataFault });
  }

  #learnWhenTlsStarts(): void {
    if (!this.#handshaken) tryOtherDataTls(this.#session.habits);
  }

  #armTimer(): void {
    clearTimeout(this.#timer);
    if (this.#consuming || this.#over) return;
    const { idleMs, finalReplyMs, explanationMs } = this.#session.timeouts;
    if (this.#end === undefined) {
      this.#expire(idleMs, () => this.#failure('timeout', `not a byte came for ${idleMs / 1000} s`));
    } else if (this.#end.fault === undefined) {
      const answer = `all came, but no final reply within ${finalReplyMs / 1000} s`;
      this.#expire(finalReplyMs, () => this.#failure('timeout', answer));
    } else {
      const { fault } = this.#end;
      this.#expire(explanationMs, () => {
        this.#learnWhenTlsStarts();
        return fault;
      });
    }
  }

  #expire(afterMs: number, error: () => FtpsError): void {
    this.#timer = setTimeout(() => this.#session.control.drop(error()), afterMs);
  }

  /** Ends the session: the rest of the transfer is still on its way, and the next reply would be taken for another's. */
  #stop(reason: unknown): void {
    if (this.#over || this.#stopped !== undefined) return;
    this.#stopped = { reason };
    const answer = 'the transfer was stopped from our side';
    this.#session.control.drop(this.#failure('connection-lost', answer, reason));
  }

  #closeData(): void {
    // After a proper end the socket says goodbye and closes by itself.
    if (this.#secure !== undefined && this.#end !== undefined && this.#end.fault === undefined) return;
    this.#secure?.destroy();
    this.#request.data.raw.destroy();
  }

  #failure(kind: FtpsError['kind'], answer: string, cause?: unknown): FtpsError {
    const { path } = this.#request;
    return new FtpsError({ kind, attempt: this.#request.attempt, target: path, answer, path, cause });
  }
}

function closedEarly(): Error {
  return new Error('it was closed before its end');
}
