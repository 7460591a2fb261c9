import type { Connection } from '../contract/connection.ts';
import type { PartnerFile } from '../contract/partner-file.ts';
import { FtpsError } from '../ftps/ftps-error.ts';
import { openSession } from '../ftps/open-session.ts';
import type { Session } from '../ftps/session.ts';
import type { Timeouts } from '../ftps/timeouts.ts';
import { connectionOf } from '../partners/connection-of.ts';
import type { Partners } from '../partners/partners.ts';
import { faultPolicies } from '../sync/retry.ts';

/**
 * The sessions of one invocation: one a partner, opened when first needed, and closed with the invocation. Where the signal says
 * that its time is up they are dropped, so that whoever waits for a server fails at once and there is time to record it.
 */
export class PartnerSessions implements AsyncDisposable {
  readonly #readCredentials: Partners['readCredentials'];
  readonly #signal: AbortSignal;
  readonly #timeouts: Partial<Timeouts>;
  readonly #open = new Map<string, { readonly connection: Connection; session: Session }>();
  readonly #refused = new Map<string, FtpsError>();

  constructor(
    readCredentials: Partners['readCredentials'],
    signal: AbortSignal,
    timeouts: Partial<Timeouts> = {},
  ) {
    this.#readCredentials = readCredentials;
    this.#signal = signal;
    this.#timeouts = timeouts;
    signal.addEventListener('abort', this.#drop);
  }

  /** A refused login is thrown again, and not tried again: partners lock accounts. @throws FtpsError, PartnerError */
  async sessionOf(partner: PartnerFile): Promise<Session> {
    const refused = this.#refused.get(partner.partner);
    if (refused !== undefined) throw refused;
    const open = this.#open.get(partner.partner);
    if (open !== undefined && !open.session.lost) return open.session;
    // The same object each time: what was learnt of the server is kept by it.
    const connection = open?.connection ?? connectionOf(partner);
    const credentials = await this.#readCredentials(partner.connection.secret);
    const options = { signal: this.#signal, timeouts: this.#timeouts };
    const session = await openSession(connection, credentials, options).catch((error: unknown) => {
      if (error instanceof FtpsError && !faultPolicies[error.kind].again) {
        this.#refused.set(partner.partner, error);
      }
      throw error;
    });
    this.#open.set(partner.partner, { connection, session });
    return session;
  }

  readonly #drop = (): void => {
    for (const { session } of this.#open.values()) {
      const { control } = session;
      const { target } = control;
      const { reason: cause } = this.#signal;
      const answer = 'the time of the invocation is up';
      control.drop(new FtpsError({ kind: 'connection-lost', attempt: 'talking to', target, answer, cause }));
    }
  };

  async [Symbol.asyncDispose](): Promise<void> {
    this.#signal.removeEventListener('abort', this.#drop);
    await Promise.all([...this.#open.values()].map(({ session }) => session.close()));
  }
}
