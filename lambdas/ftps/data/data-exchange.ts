import type { TLSSocket } from 'node:tls';
import { slowServerRemedy } from '../../core/connection/ftps-error-remedies.ts';
import type { RemotePath } from '../../core/path/remote-path.ts';
import { classifySocketError, errorAnswer } from '../control/classify-error.ts';
import type { Settle } from '../control/control.ts';
import { isPositive, isPreliminary, type Reply } from '../control/reply.ts';
import { tlsErrorFacts } from '../control/tls-failure.ts';
import { FtpsError, type FtpsErrorFacts } from '../ftps-error.ts';
import { tryOtherDataTls } from '../session/learned-behaviour.ts';
import type { Session } from '../session/session.ts';
import type { DataConnection } from './data-connection.ts';

/** A command that transfers bytes over a data connection. */
export interface DataRequest {
  /** The command line, with its argument as bytes. */
  readonly command: string;
  /** What the command does, for messages: `reading`. */
  readonly attempt: string;
  readonly path: RemotePath;
  readonly dataConnection: DataConnection;
  readonly signal: AbortSignal | undefined;
}

/** How long to wait, the error then, and what it ends: the session, or the data connection alone. */
export interface Limit {
  readonly afterMs: number;
  readonly error: () => FtpsError;
  readonly ends: 'session' | 'data';
}

/**
 * One command and its data connection: what receiving (receive.ts) and sending (send.ts) have in common.
 * After the data connection breaks, it waits a moment for the control reply, which has the reason: ProFTPD
 * resets the data connection and then answers `550 No such file`. Used once.
 */
export abstract class DataExchange<Request extends DataRequest, Result> {
  protected readonly session: Session;
  protected readonly request: Request;
  protected secure: TLSSocket | undefined;
  protected isHandshaken = false;
  /** The final reply, positive or negative. */
  protected reply: Reply | undefined;
  /** Set when the data connection has ended; without an error it has ended properly. */
  protected end: { readonly error: FtpsError | undefined } | undefined;
  #settle: Settle<Result> | undefined;
  #timer: NodeJS.Timeout | undefined;
  /** Why our side ended the session; thrown instead of the session's own error. */
  #stopped: { readonly reason: unknown } | undefined;
  #isOver = false;

  constructor(session: Session, request: Request) {
    this.session = session;
    this.request = request;
  }

  /**
   * @throws FtpsError where the session is gone; the signal's reason and that of {@link stop}, after which
   * the session is gone as well.
   */
  async run(): Promise<Result> {
    const { dataConnection, signal, command } = this.request;
    const abort = () => this.stop(signal?.reason);
    const { raw } = dataConnection;
    raw.on('error', (error) => this.failData(error));
    // Once TLS has started, its socket reports the end.
    const endUnused = () => void (this.secure === undefined && this.failData(earlyCloseError()));
    raw.on('end', endUnused);
    raw.on('close', endUnused);
    try {
      if (signal?.aborted) abort();
      signal?.addEventListener('abort', abort);
      if (this.session.behaviour.dataTls === 'early') this.startTls();
      this.armTimer();
      return await this.session.control.exchange<Result>(command, (reply, settle) => {
        this.#settle = settle;
        if (!isPreliminary(reply)) this.reply = reply;
        this.onReply(reply);
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

  /** Called with each reply, preliminary or final. */
  protected abstract onReply(reply: Reply): void;

  /** Adds listeners to the data connection, other than for its errors and its close. */
  protected abstract listen(secure: TLSSocket): void;

  /**
   * The result once the final reply is there; undefined while the data connection has not ended, or its data
   * is still being consumed.
   */
  protected abstract toResult(reply: Reply): Result | undefined;

  /** How long the server may stay silent now; undefined while the server waits for us. */
  protected abstract limit(): Limit | undefined;

  protected abstract closeData(): void;

  /** Called after the final reply and the end of the data, for code that waits for something else. */
  protected wake(): void {}

  /** Whether bytes may still be received or sent. */
  protected get isRunning(): boolean {
    return !this.#isOver && this.#stopped === undefined;
  }

  protected openTls(): TLSSocket {
    return this.request.dataConnection.secure();
  }

  protected startTls(): void {
    if (this.secure !== undefined || this.end !== undefined) return;
    const secure = this.openTls();
    this.secure = secure;
    secure.on('secureConnect', () => {
      this.isHandshaken = true;
      if (this.reply !== undefined) this.armTimer();
    });
    this.listen(secure);
    secure.on('error', (error) => this.failData(error));
    secure.on('close', () => this.failData(earlyCloseError()));
  }

  protected failData(cause: Error): void {
    if (this.end !== undefined || this.#isOver) return;
    const { kind, answer, ...more } = this.#dataErrorFacts(cause);
    const error = this.error(kind, answer, { ...more, cause });
    if (kind === 'certificate-refused' || kind === 'tls-refused') this.session.control.drop(error);
    this.endData(error);
  }

  #dataErrorFacts(cause: Error): Pick<FtpsErrorFacts, 'kind' | 'answer' | 'remedy' | 'certificate'> {
    const { secure: socket, session, request } = this;
    if (this.isUnused) return { kind: classifySocketError(cause, 'open'), answer: unusedAnswer };
    const failed = (answer: string) => `the data connection failed: ${answer}`;
    if (socket === undefined)
      return { kind: classifySocketError(cause, 'open'), answer: failed(errorAnswer(cause)) };
    const { trust } = session.ticket;
    const receivedBytes = request.dataConnection.raw.bytesRead;
    const facts = tlsErrorFacts(cause, { socket, trust, receivedBytes, phase: 'open' });
    return { ...facts, answer: failed(facts.answer) };
  }

  /** The server has not sent a byte over the data connection, not even of TLS. */
  protected get isUnused(): boolean {
    return !this.isHandshaken && this.request.dataConnection.raw.bytesRead === 0;
  }

  protected endData(error: FtpsError | undefined): void {
    if (this.end !== undefined) return;
    this.end = { error };
    this.wake();
    this.armTimer();
    this.settleIfDone();
  }

  /** To be called whenever {@link toResult} may return something else. */
  protected settleIfDone(): void {
    const { reply } = this;
    if (reply === undefined) return;
    this.wake();
    const result = this.toResult(reply);
    if (result === undefined) return;
    if (isPositive(reply) && this.end?.error !== undefined) this.#learnWhenTlsStarts();
    this.#settle?.resolve(result);
  }

  #learnWhenTlsStarts(): void {
    if (!this.isHandshaken) tryOtherDataTls(this.session.behaviour);
  }

  /** To be called whenever {@link limit} has changed or starts again. */
  protected armTimer(): void {
    clearTimeout(this.#timer);
    if (this.#isOver) return;
    const limit = this.limit();
    if (limit === undefined) return;
    this.#timer = setTimeout(() => {
      if (limit.ends === 'session') this.session.control.drop(limit.error());
      else this.endData(limit.error());
    }, limit.afterMs);
  }

  /** Starts the current limit again without a new timer: for each chunk. */
  protected refreshTimer(): void {
    this.#timer?.refresh();
  }

  /** A limit to the server's silence. */
  protected silence(afterMs: number, answer: string): Limit {
    return {
      afterMs,
      error: () => this.error('timeout', answer, { remedy: slowServerRemedy('data') }),
      ends: 'session',
    };
  }

  /** The limit for the control reply that explains why the data connection broke. */
  protected explanation(error: FtpsError): Limit {
    return {
      afterMs: this.session.timeouts.explanationMs,
      ends: 'session',
      error: () => {
        this.#learnWhenTlsStarts();
        return error;
      },
    };
  }

  /**
   * The limit for TLS on the data connection once the final reply is there, which a server sends after its
   * last byte: what has not begun by now will not begin. The session stays, as all replies have come.
   */
  protected lateHandshake(): Limit {
    const answer = this.isUnused ? unusedAnswer : 'TLS on the data connection was not completed';
    const error = () => this.error('connection-lost', answer);
    return { afterMs: this.session.timeouts.explanationMs, ends: 'data', error };
  }

  /**
   * Ends the session. A proper end of the data connection alone would tell the server that the file is
   * complete, and the replies still to come would be taken as replies to the next command.
   */
  protected stop(reason: unknown): void {
    if (!this.isRunning) return;
    this.#stopped = { reason };
    const answer = 'the transfer was stopped on our side';
    this.session.control.drop(this.error('connection-lost', answer, { cause: reason }));
  }

  protected error(
    kind: FtpsError['kind'],
    answer: string,
    more: Pick<FtpsErrorFacts, 'remedy' | 'certificate' | 'cause'> = {},
  ): FtpsError {
    const { attempt, path } = this.request;
    return new FtpsError({ ...more, kind, attempt, target: path, answer, path });
  }
}

/** Old servers do this for an empty listing and an empty file: they send nothing, so they start no TLS. */
const unusedAnswer =
  'the server did not use the data connection, or closed it before TLS; some servers do that where there is nothing to send';

/** For a data connection that closes too early without an error of its own. */
export function earlyCloseError(): Error {
  return new Error('the server closed it early');
}
