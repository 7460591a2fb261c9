import type { PartnerFile } from '../contract/partner-file.ts';
import { openSession } from '../ftps/open-session.ts';
import { Pool } from '../ftps/pool.ts';
import { connectionOf } from '../partners/connection-of.ts';
import type { Partners } from '../partners/partners.ts';

/**
 * A pool of sessions at the partner, with the credentials as the secret holds them now. Sessions are opened when work asks
 * for them. @throws PartnerError
 */
export async function partnerPool(
  partner: PartnerFile,
  { readCredentials, signal }: Pick<Partners, 'readCredentials'> & { readonly signal: AbortSignal },
): Promise<Pool> {
  const connection = connectionOf(partner);
  const credentials = await readCredentials(partner.connection.secret);
  return new Pool(() => openSession(connection, credentials, { signal }), {
    maxSessions: connection.maxConnections,
  });
}
