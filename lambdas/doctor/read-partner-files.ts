import { createHash } from 'node:crypto';
import type { z } from 'zod';
import { PartnerConnections } from '../connections/partner-connections.ts';
import type { PartnerFiles, partnerFilesRequestSchema } from '../contract/documents/partner-files.ts';
import type { RemotePath } from '../core/path/remote-path.ts';
import { FtpsError } from '../ftps/ftps-error.ts';
import { statFile } from '../ftps/listing/stat-file.ts';
import type { Session } from '../ftps/session/session.ts';
import { download } from '../ftps/transfer/download.ts';
import { DoctorSessions } from './doctor-sessions.ts';
import type { ExamineDependencies } from './examine.ts';

type FileState = PartnerFiles['files'][number];

/**
 * Asks the partner's server for the size of each file, and reads its bytes where that is wanted. Nothing is
 * written at the partner. A file of which the server does not tell is `unknown`, and the others go on.
 * @returns answers in the order of the files; when the time is up, fewer than files, but at least one.
 * @throws PartnerError; FtpsError where no session can be opened.
 */
export async function readPartnerFiles(
  { partner: id, files, bytes }: z.infer<typeof partnerFilesRequestSchema>,
  dependencies: ExamineDependencies,
): Promise<PartnerFiles> {
  const { signal } = dependencies.deadline;
  const partner = await dependencies.readPartner(id);
  await using connections = new PartnerConnections(partner, dependencies);
  const sessions = new DoctorSessions(connections, signal);
  const answers: FileState[] = [];
  for (const path of files) {
    if (signal.aborted) break;
    const session = await sessions.current();
    const state = await readFile(session, path, { bytes, signal });
    // A later call has the whole time for a file that was not read in the rest of this one.
    if (signal.aborted && answers.length > 0) break;
    answers.push(state);
  }
  await sessions.end();
  return { files: answers };
}

async function readFile(
  session: Session,
  path: RemotePath,
  { bytes, signal }: { readonly bytes: boolean; readonly signal: AbortSignal },
): Promise<FileState> {
  try {
    const stat = await statFile(session, path);
    if (stat === undefined) return { state: 'missing' };
    const { sizeBytes } = stat;
    if (!bytes) return { state: 'present', sizeBytes };
    const hash = createHash('sha256');
    const sink = { write: (chunk: Buffer) => void hash.update(chunk) };
    const read = await download(session, { path, sizeBytes }, sink, { signal });
    return { state: 'present', sizeBytes: read.bytes, sha256: hash.digest('hex') };
  } catch (error) {
    if (signal.aborted) return { state: 'unknown', why: 'it cannot be read within the time of one call' };
    if (!(error instanceof FtpsError)) throw error;
    return error.kind === 'gone' ? { state: 'missing' } : { state: 'unknown', why: error.message };
  }
}
