import type { PartnerId } from '../../contract/ids.ts';
import type { Slice } from '../../contract/workflow.ts';
import type { RemotePath } from '../../core/path/remote-path.ts';
import { partSizeBytes } from '../../core/plan/part-size.ts';
import { probeRest } from '../../ftps/probe/probe-rest.ts';
import {
  dropCapabilities,
  provenCapabilities,
  recordCapabilities,
} from '../../ledger/connection/server-capabilities.ts';
import type { Table } from '../../ledger/table.ts';
import type { StepLog } from '../../runtime/log.ts';
import { unlessRefused } from '../refusal.ts';
import type { BigFileContext } from './big-file-context.ts';

/**
 * How a file is read: from offsets, where this server has proved REST (RFC 3659, 5) for a file as large;
 * otherwise from its start. The ledger keeps the proof, so that it is made once a server and not once a file.
 * @throws FtpsError
 */
export async function restReading(
  file: { readonly path: RemotePath; readonly sizeBytes: number },
  { partner, scope, table, pool, deadline, now, log }: BigFileContext,
): Promise<Slice['reading']> {
  // A single part is read from its start in any case.
  if (file.sizeBytes <= partSizeBytes(file.sizeBytes)) return 'from-offset';
  const { host, port } = partner.connection;
  const server = `${host}:${port}`;
  const known = await provenCapabilities(table, scope.run.partner);
  if (known?.server === server && known.restUpTo >= file.sizeBytes) return 'from-offset';
  const proof = await pool.use((session) => probeRest(session, file, deadline.signal));
  if (proof !== 'proved') return 'from-start';
  const proven = { server, restUpTo: file.sizeBytes, at: now() };
  await unlessRefused(
    () => recordCapabilities(table, scope.run.partner, proven),
    ({ message }) => log.warn(`The proof of REST could not be recorded, so each file proves it. ${message}`),
  );
  return 'from-offset';
}

/**
 * Lets REST be proved again before it is used at this partner. Where the table refuses that, which is logged,
 * the next big files may be read from offsets once more; their bytes are checked all the same.
 */
export async function dropRestProof(
  table: Table,
  partner: PartnerId,
  log: Pick<StepLog, 'warn'>,
): Promise<void> {
  await unlessRefused(
    () => dropCapabilities(table, partner),
    ({ message }) => log.warn(`The proof of REST could not be dropped. ${message}`),
  );
}
