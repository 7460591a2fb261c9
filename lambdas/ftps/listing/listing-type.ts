import { replyAnswer } from '../control/classify-error.ts';
import { isPositive } from '../control/reply.ts';
import { FtpsError } from '../ftps-error.ts';
import type { Session } from '../session/session.ts';

/**
 * The representation type of one listing. A session has TYPE I, which files and SIZE need; some gateways list
 * with TYPE A alone (RFC 959, 4.1.3).
 */
export class ListingType implements AsyncDisposable {
  readonly #session: Session;
  #isAscii = false;

  /** TYPE A at once, where this server is known to need it. @throws FtpsError where the session is gone. */
  static async begin(session: Session): Promise<ListingType> {
    const type = new ListingType(session);
    if (session.behaviour.listsInAscii) await type.useAscii();
    return type;
  }

  private constructor(session: Session) {
    this.#session = session;
  }

  /** @returns false where it was ASCII already, or the server refuses it. @throws FtpsError */
  async useAscii(): Promise<boolean> {
    if (this.#isAscii) return false;
    this.#isAscii = isPositive(await this.#session.control.request('TYPE A'));
    return this.#isAscii;
  }

  /**
   * TYPE I again. A session without it would change the bytes of files, so it is given up. Never throws: the
   * next command of a session that is gone does.
   */
  async [Symbol.asyncDispose](): Promise<void> {
    const { control, lost } = this.#session;
    if (!this.#isAscii || lost) return;
    const reply = await control.request('TYPE I').catch(() => undefined);
    if (reply === undefined || isPositive(reply)) return;
    const answer = replyAnswer(reply);
    const attempt = 'sending TYPE I to';
    control.drop(new FtpsError({ kind: 'not-supported', attempt, target: control.target, answer }));
  }
}
