import type { PartnerConnections } from '../connections/partner-connections.ts';
import { FtpsError } from '../ftps/ftps-error.ts';
import type { Session } from '../ftps/session/session.ts';

/** The session that the checks use: a new one where a check has ended the last. */
export class DoctorSessions {
  readonly #connections: PartnerConnections;
  readonly #signal: AbortSignal;
  #session: Session | undefined;

  constructor(connections: PartnerConnections, signal: AbortSignal) {
    this.#connections = connections;
    this.#signal = signal;
  }

  /**
   * Ends the session, so that the next check gets a new one. vsftpd closes the control connection a moment
   * after it has refused a data connection.
   */
  async end(): Promise<void> {
    await this.#session?.close();
  }

  /**
   * Runs a check, and once more where its data connection broke because TLS started too early or too late for
   * this server. The first try has taught when it starts, as it does in a run: that is no finding, and with
   * pyftpdlib, it depends on the moment.
   */
  async learningDataTls<T>(check: (session: Session) => Promise<T>): Promise<T> {
    const session = await this.current();
    const { behaviour } = session;
    const before = behaviour.dataTls;
    try {
      const result = await check(session);
      if (behaviour.dataTls === before) return result;
    } catch (error) {
      if (!(error instanceof FtpsError) || behaviour.dataTls === before) throw error;
    }
    return await check(await this.current());
  }

  /** @throws FtpsError and PartnerError of opening a session; the signal's reason. */
  async current(signal = this.#signal): Promise<Session> {
    if (this.#session !== undefined && !this.#session.lost) return this.#session;
    await this.#session?.close();
    this.#session = await this.#connections.open('first', signal);
    if (this.#session === undefined) throw new Error('a first session is opened, or opening it throws');
    return this.#session;
  }
}
