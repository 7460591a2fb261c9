import type { Slice } from '../contract/workflow.ts';
import { proveRest } from '../ftps/prove-rest.ts';
import { provedCapabilities, recordCapabilities } from '../ledger/capabilities.ts';
import { partSizeBytes } from '../s3/part-size.ts';
import type { RemotePath } from '../sync/remote-path.ts';
import type { BigFileScene } from './big-file-scene.ts';

/**
 * How a file is to be read: from offsets, where REST was proved at this server with offsets as large; else from its start. The
 * proof is kept, so that it is made once for a server and not for each file.
 * @throws FtpsError
 */
export async function readingOf(
  file: { readonly path: RemotePath; readonly sizeBytes: number },
  { partner, owner, table, pool, deadline, now }: BigFileScene,
): Promise<Slice['reading']> {
  // One part is read from its start in any case.
  if (file.sizeBytes <= partSizeBytes(file.sizeBytes)) return 'from-offset';
  const { host, port } = partner.connection;
  const server = `${host}:${port}`;
  const proved = await provedCapabilities(table, owner.run.partner);
  if (proved?.server === server && proved.restUpTo >= file.sizeBytes) return 'from-offset';
  const proof = await pool.use((session) => proveRest(session, file, deadline.signal));
  if (proof !== 'proved') return 'from-start';
  await recordCapabilities(table, owner.run.partner, { server, restUpTo: file.sizeBytes, at: now() });
  return 'from-offset';
}
