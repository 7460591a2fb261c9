import type { ConnectionSystems } from '../connections/connection-systems.ts';
import { PartnerConnections } from '../connections/partner-connections.ts';
import type { PartnerFile } from '../contract/partner-file.ts';
import { FtpsError } from '../ftps/ftps-error.ts';
import type { Session } from '../ftps/session.ts';
import { faultPolicies } from '../sync/retry.ts';

interface OpenPartner {
  readonly connections: PartnerConnections;
  session: Session | undefined;
}

/**
 * The sessions of one invocation: one a partner, opened when first needed, and closed with the invocation. Where the signal says
 * that its time is up they are dropped, so that whoever waits for a server fails at once and there is time to record it.
 */
export class PartnerSessions implements AsyncDisposable {
  readonly #systems: ConnectionSystems;
  readonly #signal: AbortSignal;
  readonly #partners = new Map<string, OpenPartner>();
  readonly #refused = new Map<string, FtpsError>();

  constructor(systems: ConnectionSystems) {
    this.#systems = systems;
    this.#signal = systems.deadline.signal;
    this.#signal.addEventListener('abort', this.#drop);
  }

  /**
   * The session with the partner, which is waited for where other flows have all its connections. What keeps us from the partner as a
   * whole is thrown again for each further message, and not tried again. @throws FtpsError, PartnerError
   */
  async sessionOf(partner: PartnerFile): Promise<Session> {
    const refused = this.#refused.get(partner.partner);
    if (refused !== undefined) throw refused;
    const open = this.#partners.get(partner.partner) ?? {
      connections: new PartnerConnections(partner, this.#systems),
      session: undefined,
    };
    this.#partners.set(partner.partner, open);
    if (open.session !== undefined && !open.session.lost) return open.session;
    await open.session?.close();
    try {
      open.session = await open.connections.open('first', this.#signal);
    } catch (error) {
      if (error instanceof FtpsError && isWhole(error)) this.#refused.set(partner.partner, error);
      throw error;
    }
    if (open.session === undefined) throw new Error('a first session is opened, or it is said why not');
    return open.session;
  }

  readonly #drop = (): void => {
    for (const { session } of this.#partners.values()) {
      if (session === undefined) continue;
      const { control } = session;
      const { target } = control;
      const { reason: cause } = this.#signal;
      const answer = 'the time of the invocation is up';
      control.drop(new FtpsError({ kind: 'connection-lost', attempt: 'talking to', target, answer, cause }));
    }
  };

  async [Symbol.asyncDispose](): Promise<void> {
    this.#signal.removeEventListener('abort', this.#drop);
    const partners = [...this.#partners.values()];
    await Promise.all(partners.map(({ connections }) => connections[Symbol.asyncDispose]()));
  }
}

/** Whether every further message would meet the same, or would wait as long for it. */
function isWhole({ kind }: FtpsError): boolean {
  return kind === 'partner-busy' || !faultPolicies[kind].again;
}
