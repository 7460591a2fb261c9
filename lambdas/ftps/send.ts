import { setImmediate as nextTurn } from 'node:timers/promises';
import type { TLSSocket } from 'node:tls';
import { closedEarly, DataExchange, type DataRequest, type Limit } from './data-exchange.ts';
import type { FtpsError } from './ftps-error.ts';
import { isPositive, isPreliminary, type Reply } from './reply.ts';
import type { Session } from './session.ts';

/** How much is written at once: on a slow line, progress must be seen more often than `idleMs`. */
const pieceBytes = 256 * 1024;

/** Its command is STOR or APPE. */
export interface SendRequest extends DataRequest {
  /** Asked for a chunk only when the connection has room for it. A failure ends the session and is thrown on. */
  readonly source: AsyncIterable<Uint8Array>;
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
 * Sends a command and then, once the server has agreed, the source over its data connection. Where that breaks, the reply has
 * the reason (a full disk, a quota).
 * @throws FtpsError where the session is gone (it is dropped then); the signal's reason; what the source throws.
 */
export function send(session: Session, request: SendRequest): Promise<Sent> {
  return new Sending(session, request).run();
}

class Sending extends DataExchange<SendRequest, Sent> {
  /** The server said 1xx: it wants the bytes. */
  #invited = false;
  #pumping = false;
  /** The source is asked, so that the silence is not the server's. */
  #pulling = false;
  /** The last byte and the end are written; the kernel may still have them. */
  #finishing = false;
  #room: PromiseWithResolvers<void> | undefined;

  protected override heard(reply: Reply): void {
    if (!isPreliminary(reply)) return;
    this.#invited = true;
    this.startTls();
    this.armTimer();
    this.#pumpIfReady();
  }

  protected override listen(secure: TLSSocket): void {
    secure.on('secureConnect', () => this.#pumpIfReady());
    secure.on('drain', () => this.wake());
    secure.on('finish', () => {
      if (this.#finishing) this.ended(undefined);
    });
    secure.on('end', () => {
      if (!this.#finishing) this.dataFailed(closedEarly());
    });
    // Nothing is to come but TLS tickets and the server's goodbye, and both must be read.
    secure.resume();
  }

  #pumpIfReady(): void {
    const { secure } = this;
    if (secure === undefined || !this.isHandshaken || !this.#invited || this.#pumping) return;
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
      for await (const chunk of this.request.source) {
        this.#pulled();
        for (let start = 0; start < chunk.length && this.#mayWrite(); start += pieceBytes) {
          if (!secure.write(chunk.subarray(start, start + pieceBytes))) await this.#waitForRoom();
        }
        if (!this.#mayWrite()) return;
        this.#pull();
      }
    } catch (error) {
      this.stop(error);
      return;
    }
    if (!this.#mayWrite()) return;
    this.#pulled();
    this.#finishing = true;
    // The end is close_notify and FIN for our direction alone (RFC 8446, 6.1): what was written before still arrives.
    secure.end();
    this.armTimer();
  }

  #mayWrite(): boolean {
    return this.isRunning && this.reply === undefined && this.end === undefined;
  }

  #pull(): void {
    this.#pulling = true;
    this.armTimer();
  }

  #pulled(): void {
    this.#pulling = false;
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

  protected override resultOf(reply: Reply): Sent | undefined {
    if (isPositive(reply) && this.#finishing && this.end === undefined) return undefined;
    const dataFault = this.end?.fault;
    return { reply, complete: this.end !== undefined && dataFault === undefined, dataFault };
  }

  protected override limit(): Limit | undefined {
    if (this.end?.fault !== undefined) return this.explanation(this.end.fault);
    const { idleMs, finalReplyMs } = this.session.timeouts;
    if (this.#finishing) {
      const answer = `all was sent, but no final reply came within ${finalReplyMs / 1000} s`;
      return this.silence(finalReplyMs, answer);
    }
    return this.#pulling ? undefined : this.silence(idleMs, `not a byte was taken for ${idleMs / 1000} s`);
  }

  /**
   * After a final reply to a whole file, and only then, the rest may be thrown away: earlier, unread TLS 1.3 tickets would
   * turn the close into a reset that loses the tail. A part of a file ends with a reset, because vsftpd takes a plain end,
   * even without close_notify, for the end of the file.
   */
  protected override closeData(): void {
    const { raw } = this.request.dataConnection;
    if (this.end === undefined || this.end.fault !== undefined) raw.resetAndDestroy();
    this.secure?.destroy();
    raw.destroy();
  }
}
