import type { RealServer } from '../real-servers/real-server.ts';
import { type PartnerSetup, partnerAt } from '../stage/test-partner.ts';

/** The one flow of such a partner. */
export const realFlowName = 'files';

/** The directory of the flow, below the server's root. */
export const flowDirectory = `/${realFlowName}`;

/** What must be known of a server to reach it. */
export type ReachedServer = Pick<RealServer, 'port' | 'security' | 'user' | 'password' | 'authorityPem'> & {
  readonly name: string;
};

interface RealPartnerSettings {
  readonly maxConnections: number;
  readonly direction?: 'pull' | 'push';
}

/** A partner file and a secret with which a real server is reached, its certificate verified. Named as the server. */
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
