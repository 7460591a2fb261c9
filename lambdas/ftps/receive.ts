import type { TLSSocket } from 'node:tls';
import { closedEarly, DataExchange, type DataRequest, type Limit } from './data-exchange.ts';
import type { FtpsError } from './ftps-error.ts';
import { isPositive, isPreliminary, type Reply } from './reply.ts';
import type { Session } from './session.ts';

/** Its command is RETR, MLSD or LIST. */
export interface ReceiveRequest extends DataRequest {
  /** A promise holds the data connection back until it is fulfilled. A failure ends the session and is thrown on. */
  readonly onChunk: (chunk: Buffer) => Promise<void> | undefined;
}

export interface Received {
  /** The final reply; negative ones too. */
  readonly reply: Reply;
  /** Why the data connection did not end as it should; undefined: it did. A positive reply proves nothing without this. */
  readonly dataFault: FtpsError | undefined;
}

/**
 * Sends a command and receives what comes over its data connection.
 * @throws FtpsError where the session is gone (it is dropped then); the signal's reason; what `onChunk` throws.
 */
export function receive(session: Session, request: ReceiveRequest): Promise<Received> {
  return new Reception(session, request).run();
}

class Reception extends DataExchange<ReceiveRequest, Received> {
  #consuming = false;

  protected override heard(reply: Reply): void {
    if (isPreliminary(reply) || isPositive(reply)) this.startTls();
  }

  protected override listen(secure: TLSSocket): void {
    secure.on('data', (chunk: Buffer) => this.#arrived(chunk));
    secure.on('end', () => (this.isHandshaken ? this.ended(undefined) : this.dataFailed(closedEarly())));
  }

  #arrived(chunk: Buffer): void {
    if (!this.isRunning) return;
    this.refreshTimer();
    try {
      const consumed = this.request.onChunk(chunk);
      if (consumed !== undefined) void this.#holdBack(consumed);
    } catch (error) {
      this.stop(error);
    }
  }

  /** No more is read until the sink has taken what it has, and its slowness is not the server's silence. */
  async #holdBack(consumed: Promise<void>): Promise<void> {
    this.#consuming = true;
    this.secure?.pause();
    this.armTimer();
    try {
      await consumed;
    } catch (error) {
      this.stop(error);
    }
    this.#consuming = false;
    this.armTimer();
    this.secure?.resume();
    this.settleIfDone();
  }

  /** The end may be told while the last chunk is held back: a paused stream still tells it where nothing is left to read. */
  protected override resultOf(reply: Reply): Received | undefined {
    if (isPositive(reply) && (this.end === undefined || this.#consuming)) return undefined;
    return { reply, dataFault: this.end?.fault };
  }

  protected override limit(): Limit | undefined {
    if (this.#consuming) return undefined;
    const { idleMs, finalReplyMs } = this.session.timeouts;
    if (this.end === undefined) return this.silence(idleMs, `not a byte came for ${idleMs / 1000} s`);
    if (this.end.fault !== undefined) return this.explanation(this.end.fault);
    return this.silence(finalReplyMs, `all came, but no final reply within ${finalReplyMs / 1000} s`);
  }

  protected override closeData(): void {
    // After a proper end the socket says goodbye and closes by itself.
    if (this.secure !== undefined && this.end !== undefined && this.end.fault === undefined) return;
    this.secure?.destroy();
    this.request.dataConnection.raw.destroy();
  }
}
