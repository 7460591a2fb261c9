import { setImmediate as nextTurn } from 'node:timers/promises';
import type { TLSSocket } from 'node:tls';
import { isPositive, isPreliminary, type Reply } from '../control/reply.ts';
import type { FtpsError } from '../ftps-error.ts';
import type { Session } from '../session/session.ts';
import { DataExchange, type DataRequest, earlyCloseError, type Limit } from './data-exchange.ts';

/** Bytes per write: on a slow line, a write must complete well within `idleMs`. */
const maxWriteBytes = 256 * 1024;

/** Its command is STOR or APPE. */
export interface SendRequest extends DataRequest {
  /** Pulled only when the connection has room. What it throws ends the session and is rethrown. */
  readonly source: AsyncIterable<Uint8Array>;
}

export interface Sent {
  /** The final reply, positive or negative. */
  readonly reply: Reply;
  /** Whether everything was sent, with a proper end. A positive reply alone proves nothing. */
  readonly complete: boolean;
  /** Why the data connection failed before everything was sent; undefined where it did not. */
  readonly dataError: FtpsError | undefined;
}

/**
 * Sends a command and, after the server's 1yz reply, the source over its data connection. Where that
 * connection breaks, the final reply has the reason (a full disk, a quota).
 * @throws FtpsError where the session is gone; the signal's reason and what the source throws, after which
 * the session is gone as well.
 */
export function send(session: Session, request: SendRequest): Promise<Sent> {
  return new Sending(session, request).run();
}

class Sending extends DataExchange<SendRequest, Sent> {
  /** The server has answered 1yz: it expects the bytes. */
  #isExpected = false;
  #isPumping = false;
  /** Waiting for the source: the silence is not the server's. */
  #isPulling = false;
  /** The last byte and the end are written, but may still be in the kernel's buffer. */
  #isFinishing = false;
  #room: PromiseWithResolvers<void> | undefined;

  protected override onReply(reply: Reply): void {
    if (!isPreliminary(reply)) return;
    this.#isExpected = true;
    this.startTls();
    this.armTimer();
    this.#pumpIfReady();
  }

  protected override listen(secure: TLSSocket): void {
    secure.on('secureConnect', () => this.#pumpIfReady());
    secure.on('drain', () => this.wake());
    secure.on('finish', () => {
      if (this.#isFinishing) this.endData(undefined);
    });
    secure.on('end', () => {
      if (!this.#isFinishing) this.failData(earlyCloseError());
    });
    // The server sends only TLS tickets and its close_notify, and both must be read.
    secure.resume();
  }

  #pumpIfReady(): void {
    const { secure } = this;
    if (secure === undefined || !this.isHandshaken || !this.#isExpected || this.#isPumping) return;
    this.#isPumping = true;
    void this.#pump(secure);
  }

  /** Never rejects. */
  async #pump(secure: TLSSocket): Promise<void> {
    // Without this, an empty file would end the connection before our last handshake message is sent, and the
    // server would see a broken handshake.
    await nextTurn();
    try {
      this.#beginPull();
      for await (const chunk of this.request.source) {
        this.#endPull();
        for (let start = 0; start < chunk.length && this.#mayWrite(); start += maxWriteBytes) {
          if (!secure.write(chunk.subarray(start, start + maxWriteBytes))) await this.#waitForRoom();
        }
        if (!this.#mayWrite()) return;
        this.#beginPull();
      }
    } catch (error) {
      this.stop(error);
      return;
    }
    if (!this.#mayWrite()) return;
    this.#endPull();
    this.#isFinishing = true;
    // close_notify and FIN end our direction only (RFC 8446, 6.1): the data written before still arrives.
    secure.end();
    this.armTimer();
  }

  #mayWrite(): boolean {
    return this.isRunning && this.reply === undefined && this.end === undefined;
  }

  #beginPull(): void {
    this.#isPulling = true;
    this.armTimer();
  }

  #endPull(): void {
    this.#isPulling = false;
    this.armTimer();
  }

  async #waitForRoom(): Promise<void> {
    this.#room = Promise.withResolvers();
    if (!this.#mayWrite()) return;
    await this.#room.promise;
    this.armTimer();
  }

  protected override wake(): void {
    this.#room?.resolve();
  }

  protected override toResult(reply: Reply): Sent | undefined {
    if (isPositive(reply) && this.#isFinishing && this.end === undefined) return undefined;
    const dataError = this.end?.error;
    return { reply, complete: this.end !== undefined && dataError === undefined, dataError };
  }

  protected override limit(): Limit | undefined {
    if (this.end?.error !== undefined) return this.explanation(this.end.error);
    const { idleMs, finalReplyMs } = this.session.timeouts;
    if (this.#isFinishing) {
      const answer = `all data was sent, but no final reply within ${finalReplyMs / 1000} s`;
      return this.silence(finalReplyMs, answer);
    }
    return this.#isPulling
      ? undefined
      : this.silence(idleMs, `the server accepted no data for ${idleMs / 1000} s`);
  }

  /**
   * The socket may be destroyed only after the final reply to a complete file: earlier, unread TLS 1.3
   * tickets would turn the close into a reset that loses the end of the data. An incomplete file ends with a
   * reset on purpose, because vsftpd takes a plain FIN, even without close_notify, for the end of the file.
   */
  protected override closeData(): void {
    const { raw } = this.request.dataConnection;
    if (this.end === undefined || this.end.error !== undefined) raw.resetAndDestroy();
    this.secure?.destroy();
    raw.destroy();
  }
}
