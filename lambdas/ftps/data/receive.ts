import type { TLSSocket } from 'node:tls';
import { isPositive, isPreliminary, type Reply } from '../control/reply.ts';
import type { FtpsError } from '../ftps-error.ts';
import type { Session } from '../session/session.ts';
import { CloseNotifyWatch } from './close-notify.ts';
import { DataExchange, type DataRequest, earlyCloseError, type Limit } from './data-exchange.ts';

/** Its command is RETR, MLSD or LIST. */
export interface ReceiveRequest extends DataRequest {
  /**
   * A promise pauses the data connection until it is fulfilled. What it throws ends the session and is
   * rethrown.
   */
  readonly onChunk: (chunk: Buffer) => Promise<void> | undefined;
  /**
   * What proves that all bytes arrived: TLS close_notify, or the number of bytes, which the caller compares.
   */
  readonly proof: 'close-notify' | 'byte-count';
  /**
   * Whether this positive final reply leaves nothing to be sent. Then a data connection that the server does
   * not use, or closes before TLS, has ended properly.
   */
  readonly isNothingToSend?: (reply: Reply) => boolean;
}

export interface Received {
  /** The final reply, positive or negative. */
  readonly reply: Reply;
  /**
   * Why the data connection did not end properly; undefined where it did. A positive reply alone proves
   * nothing.
   */
  readonly dataError: FtpsError | undefined;
  /** Whether close_notify ended the data; always false where the number of bytes is the proof. */
  readonly isEndProven: boolean;
  /** The reply is positive, and the server sent no byte over the data connection, not even of TLS. */
  readonly isUnused: boolean;
}

/**
 * Sends a command and receives the data of its data connection. A negative final reply is a result, not an
 * error.
 * @throws FtpsError where the session is gone; the signal's reason and what `onChunk` throws, after which the
 * session is gone as well.
 */
export function receive(session: Session, request: ReceiveRequest): Promise<Received> {
  return new Reception(session, request).run();
}

class Reception extends DataExchange<ReceiveRequest, Received> {
  #isConsuming = false;
  #watch: CloseNotifyWatch | undefined;

  protected override openTls(): TLSSocket {
    const { dataConnection, proof } = this.request;
    if (proof === 'byte-count') return dataConnection.secure();
    this.#watch = new CloseNotifyWatch(dataConnection.raw);
    const secure = dataConnection.secure(this.#watch.transport);
    this.#watch.watch(secure);
    return secure;
  }

  protected override onReply(reply: Reply): void {
    const isFinal = isPositive(reply);
    if (isFinal && this.isUnused && this.request.isNothingToSend?.(reply) === true) {
      // The reply came over the TLS of the control connection, so it proves what this connection cannot.
      this.end = { error: undefined };
      return;
    }
    if (isPreliminary(reply) || isFinal) this.startTls();
    if (isFinal && !this.isHandshaken) this.armTimer();
  }

  protected override listen(secure: TLSSocket): void {
    secure.on('data', (chunk: Buffer) => this.#onChunk(chunk));
    secure.on('end', () => (this.isHandshaken ? this.endData(undefined) : this.failData(earlyCloseError())));
  }

  #onChunk(chunk: Buffer): void {
    if (!this.isRunning) return;
    this.refreshTimer();
    try {
      const consumed = this.request.onChunk(chunk);
      if (consumed !== undefined) void this.#pauseUntil(consumed);
    } catch (error) {
      this.stop(error);
    }
  }

  /**
   * Reads nothing until the sink has consumed the chunk. Its slowness does not count as the server's silence.
   */
  async #pauseUntil(consumed: Promise<void>): Promise<void> {
    this.#isConsuming = true;
    this.secure?.pause();
    this.armTimer();
    try {
      await consumed;
    } catch (error) {
      this.stop(error);
    }
    this.#isConsuming = false;
    this.armTimer();
    this.secure?.resume();
    this.settleIfDone();
  }

  /**
   * A paused stream emits its end where nothing is left to read, also while the last chunk is being consumed.
   */
  protected override toResult(reply: Reply): Received | undefined {
    if (isPositive(reply) && (this.end === undefined || this.#isConsuming)) return undefined;
    const isUnused = isPositive(reply) && this.isUnused;
    return { reply, dataError: this.end?.error, isEndProven: this.#watch?.isProven === true, isUnused };
  }

  protected override limit(): Limit | undefined {
    if (this.#isConsuming) return undefined;
    const { idleMs, finalReplyMs } = this.session.timeouts;
    const isLate = this.reply !== undefined && !this.isHandshaken;
    if (this.end === undefined && isLate) return this.lateHandshake();
    if (this.end === undefined) return this.silence(idleMs, `the server sent no data for ${idleMs / 1000} s`);
    if (this.end.error !== undefined) return this.explanation(this.end.error);
    return this.silence(
      finalReplyMs,
      `all data was received, but no final reply within ${finalReplyMs / 1000} s`,
    );
  }

  protected override closeData(): void {
    // After a proper end, the socket sends close_notify and closes by itself.
    if (this.isHandshaken && this.end !== undefined && this.end.error === undefined) return;
    this.secure?.destroy();
    this.request.dataConnection.raw.destroy();
  }
}
