import type { PartnerConnections } from '../connections/partner-connections.ts';
import type { Session } from '../ftps/session.ts';

/** The session that the doctor asks with: another one where a step has ended the last. */
export class DoctorSessions {
  readonly #connections: PartnerConnections;
  readonly #signal: AbortSignal;
  #session: Session | undefined;

  constructor(connections: PartnerConnections, signal: AbortSignal) {
    this.#connections = connections;
    this.#signal = signal;
  }

  /** Ends the session, so that the next step gets another one: vsftpd hangs up a moment after it has refused a data connection. */
  async end(): Promise<void> {
    await this.#session?.close();
  }

  /** @throws FtpsError, PartnerError as opening a session does; the signal's reason. */
  async current(signal = this.#signal): Promise<Session> {
    if (this.#session !== undefined && !this.#session.lost) return this.#session;
    await this.#session?.close();
    this.#session = await this.#connections.open('first', signal);
    if (this.#session === undefined) throw new Error('a first session must come or be refused');
    return this.#session;
  }
}
