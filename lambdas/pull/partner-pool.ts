import type { ConnectionSystems } from '../connections/connection-systems.ts';
import { openPool } from '../connections/open-pool.ts';
import type { PartnerFile } from '../contract/partner-file.ts';
import type { Pool } from '../ftps/pool.ts';

/**
 * A pool of sessions at the partner, within the budget that all its flows share (docs/architecture.md, 'The connection budget').
 * Sessions are opened when work asks for them.
 * @param systems `maxSessions`: how many of the partner's connections this worker may have; all, where it is not told.
 */
export async function partnerPool(
  partner: PartnerFile,
  systems: ConnectionSystems & { readonly maxSessions?: number },
): Promise<Pool> {
  const { maxConnections } = partner.connection;
  return openPool(partner, systems, Math.min(maxConnections, systems.maxSessions ?? maxConnections));
}
