import type { TLSSocket } from 'node:tls';
import type { RemotePath } from '../sync/remote-path.ts';
import { classifySocketError, errorAnswer } from './classify.ts';
import type { Settle } from './control.ts';
import type { DataConnection } from './data-connection.ts';
import { FtpsError } from './ftps-error.ts';
import { tryOtherDataTls } from './habits.ts';
import { isPositive, isPreliminary, type Reply } from './reply.ts';
import type { Session } from './session.ts';

/** A command whose bytes come or go over a data connection of their own. */
export interface DataRequest {
  /** The command, with its argument as bytes. */
  readonly command: string;
  /** What this does, for messages: `reading /a/b`. */
  readonly attempt: string;
  readonly path: RemotePath;
  readonly dataConnection: DataConnection;
  readonly signal: AbortSignal | undefined;
}

/** How long is waited, and what ends the session then. */
export interface Limit {
  readonly afterMs: number;
  readonly error: () => FtpsError;
}

/**
 * One command and its data connection: what reading (receive.ts) and writing (send.ts) have in common. A broken data connection
 * waits a moment for the control reply, because that has the reason: ProFTPD resets the data connection and then says
 * `550 No such file`. Used once.
 */
export abstract class DataExchange<Request extends DataRequest, Result> {
  protected readonly session: Session;
  protected readonly request: Request;
  protected secure: TLSSocket | undefined;
  protected isHandshaken = false;
  /** The final reply; negative ones too. */
  protected reply: Reply | undefined;
  /** The data connection's: a proper one where there is no fault. */
  protected end: { readonly fault: FtpsError | undefined } | undefined;
  #settle: Settle<Result> | undefined;
  #timer: NodeJS.Timeout | undefined;
  /** What ended the session from our side; it is thrown instead of the session's own error. */
  #stopped: { readonly reason: unknown } | undefined;
  #isOver = false;

  constructor(session: Session, request: Request) {
    this.session = session;
    this.request = request;
  }

  /** @throws FtpsError where the session is gone (it is dropped then); the signal's reason; that of {@link stop}. */
  async run(): Promise<Result> {
    const { dataConnection, signal, command } = this.request;
    const abort = () => this.stop(signal?.reason);
    dataConnection.raw.on('error', (error) => this.dataFailed(error));
    try {
      if (signal?.aborted) abort();
      signal?.addEventListener('abort', abort);
      if (this.session.habits.dataTls === 'early') this.startTls();
      this.armTimer();
      return await this.session.control.exchange<Result>(command, (reply, settle) => {
        this.#settle = settle;
        if (!isPreliminary(reply)) this.reply = reply;
        this.heard(reply);
        this.settleIfDone();
      });
    } catch (error) {
      throw this.#stopped === undefined ? error : this.#stopped.reason;
    } finally {
      this.#isOver = true;
      clearTimeout(this.#timer);
      signal?.removeEventListener('abort', abort);
      this.wake();
      this.closeData();
    }
  }

  /** What a reply, preliminary or final, lets the data connection do. */
  protected abstract heard(reply: Reply): void;

  /** Listens to what the data connection tells besides its errors and its close. */
  protected abstract listen(secure: TLSSocket): void;

  /** What is told once the final reply is there; undefined: the data connection has to come to its end first, or what it brought be taken. */
  protected abstract resultOf(reply: Reply): Result | undefined;

  /** How long the other side may be silent now; undefined: it is we who keep it waiting. */
  protected abstract limit(): Limit | undefined;

  protected abstract closeData(): void;

  /** Called when a final reply or an end has come, for whoever waits for something else. */
  protected wake(): void {}

  /** Whether bytes may still be read or written. */
  protected get isRunning(): boolean {
    return !this.#isOver && this.#stopped === undefined;
  }

  protected startTls(): void {
    if (this.secure !== undefined) return;
    const secure = this.request.dataConnection.secure();
    this.secure = secure;
    secure.on('secureConnect', () => {
      this.isHandshaken = true;
    });
    this.listen(secure);
    secure.on('error', (error) => this.dataFailed(error));
    secure.on('close', () => this.dataFailed(closedEarly()));
  }

  protected dataFailed(cause: Error): void {
    if (this.end !== undefined || this.#isOver) return;
    const kind = classifySocketError(cause, 'open');
    const fault = this.#failure(kind, `the data connection broke: ${errorAnswer(cause)}`, cause);
    if (kind === 'certificate-refused') this.session.control.drop(fault);
    this.ended(fault);
  }

  protected ended(fault: FtpsError | undefined): void {
    if (this.end !== undefined) return;
    this.end = { fault };
    this.wake();
    this.armTimer();
    this.settleIfDone();
  }

  /** To be called whenever {@link resultOf} may have another answer. */
  protected settleIfDone(): void {
    const { reply } = this;
    if (reply === undefined) return;
    this.wake();
    const result = this.resultOf(reply);
    if (result === undefined) return;
    if (isPositive(reply) && this.end?.fault !== undefined) this.#learnWhenTlsStarts();
    this.#settle?.resolve(result);
  }

  #learnWhenTlsStarts(): void {
    if (!this.isHandshaken) tryOtherDataTls(this.session.habits);
  }

  /** To be called whenever {@link limit} has changed, or has to begin anew. */
  protected armTimer(): void {
    clearTimeout(this.#timer);
    if (this.#isOver) return;
    const limit = this.limit();
    if (limit === undefined) return;
    this.#timer = setTimeout(() => this.session.control.drop(limit.error()), limit.afterMs);
  }

  /** Begins the present limit anew, at the cost of no new timer: for each chunk. */
  protected refreshTimer(): void {
    this.#timer?.refresh();
  }

  /** The other side's silence. */
  protected silence(afterMs: number, answer: string): Limit {
    return { afterMs, error: () => this.#failure('timeout', answer) };
  }

  /** The moment that the control reply has to say why the data connection broke. */
  protected explanation(fault: FtpsError): Limit {
    return {
      afterMs: this.session.timeouts.explanationMs,
      error: () => {
        this.#learnWhenTlsStarts();
        return fault;
      },
    };
  }

  /**
   * Ends the session without a proper end of the data, which a server would take for the end of a file: the rest of the
   * transfer is still on its way, and the next reply would be taken for another's.
   */
  protected stop(reason: unknown): void {
    if (!this.isRunning) return;
    this.#stopped = { reason };
    const answer = 'the transfer was stopped from our side';
    this.session.control.drop(this.#failure('connection-lost', answer, reason));
  }

  #failure(kind: FtpsError['kind'], answer: string, cause?: unknown): FtpsError {
    const { attempt, path } = this.request;
    return new FtpsError({ kind, attempt, target: path, answer, path, cause });
  }
}

/** What stands for an error where a data connection closes without one, and too early. */
export function closedEarly(): Error {
  return new Error('it was closed before its end');
}
