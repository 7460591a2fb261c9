import { type PartnerSetup, partnerAt } from '../partner/test-partner.ts';
import type { RealServer } from '../real-servers/real-server.ts';

/** The only flow of the partner. */
export const realFlowName = 'files';

/** The directory of the flow, below the server's root. */
export const flowDirectory = `/${realFlowName}`;

/** What a client needs to connect to a server. */
export type ReachedServer = Pick<RealServer, 'port' | 'security' | 'user' | 'password' | 'authorityPem'> & {
  readonly name: string;
};

interface RealPartnerSettings {
  readonly maxConnections: number;
  readonly direction?: 'pull' | 'push';
}

/**
 * A partner file and a secret for a real server, with a verified certificate. It has the name of the server.
 */
export function realPartner(
  server: ReachedServer,
  { maxConnections, direction = 'pull' }: RealPartnerSettings,
): PartnerSetup {
  const { name, port, security, user, password, authorityPem } = server;
  return partnerAt(port, name, {
    connection: { security, maxConnections },
    tls: { ca: authorityPem },
    login: { user, password },
    flows: { [realFlowName]: { direction } },
  });
}
