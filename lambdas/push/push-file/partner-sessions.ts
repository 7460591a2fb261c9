import type { ConnectionDependencies } from '../../connections/connection-dependencies.ts';
import { PartnerConnections } from '../../connections/partner-connections.ts';
import type { PartnerFile } from '../../contract/partner-file/partner-file.ts';
import { ftpsErrorPolicies } from '../../core/connection/ftps-error-policies.ts';
import { FtpsError } from '../../ftps/ftps-error.ts';
import type { Session } from '../../ftps/session/session.ts';

interface OpenPartner {
  readonly connections: PartnerConnections;
  session: Session | undefined;
}

/**
 * The sessions of one invocation: one per partner, opened on first use, and closed with the invocation. When
 * the signal fires they are dropped, so that a delivery that waits for a server fails at once, while there is
 * time to record it.
 */
export class PartnerSessions implements AsyncDisposable {
  readonly #dependencies: ConnectionDependencies;
  readonly #signal: AbortSignal;
  readonly #partners = new Map<string, OpenPartner>();
  readonly #refused = new Map<string, FtpsError>();

  constructor(dependencies: ConnectionDependencies) {
    this.#dependencies = dependencies;
    this.#signal = dependencies.deadline.signal;
    this.#signal.addEventListener('abort', this.#drop);
  }

  /**
   * The session with the partner; waits while other flows use all its connections. An error that concerns
   * every message of the partner is thrown again for further messages, without another try.
   * @throws FtpsError, `partner-busy` or `circuit-open` if no connection was tried; PartnerError
   */
  async sessionFor(partner: PartnerFile): Promise<Session> {
    const refused = this.#refused.get(partner.partner);
    if (refused !== undefined) throw refused;
    const open = this.#partners.get(partner.partner) ?? {
      connections: new PartnerConnections(partner, this.#dependencies),
      session: undefined,
    };
    this.#partners.set(partner.partner, open);
    if (open.session !== undefined && !open.session.lost) return open.session;
    await open.session?.close();
    try {
      open.session = await open.connections.open('first', this.#signal);
    } catch (error) {
      if (error instanceof FtpsError && concernsAllMessages(error)) this.#refused.set(partner.partner, error);
      throw error;
    }
    if (open.session === undefined)
      throw new Error('opening the first session must end with a session or an error');
    return open.session;
  }

  readonly #drop = (): void => {
    for (const { session } of this.#partners.values()) {
      if (session === undefined) continue;
      const { control } = session;
      const { target } = control;
      const { reason: cause } = this.#signal;
      const answer = 'the time of the invocation is up';
      control.drop(new FtpsError({ kind: 'connection-lost', attempt: 'waiting for', target, answer, cause }));
    }
  };

  async [Symbol.asyncDispose](): Promise<void> {
    this.#signal.removeEventListener('abort', this.#drop);
    const partners = [...this.#partners.values()];
    await Promise.all(partners.map(({ connections }) => connections[Symbol.asyncDispose]()));
  }
}

/** Whether a further message would fail in the same way, or wait as long. */
function concernsAllMessages({ kind }: FtpsError): boolean {
  return kind === 'partner-busy' || !ftpsErrorPolicies[kind].retryable;
}
