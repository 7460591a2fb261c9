import type { DisposedLine } from '../../contract/documents/outcome-documents.ts';
import type { PullFlow } from '../../contract/partner-file/pull-flow.ts';
import { alternativeArchivePath, archivePath } from '../../core/path/archive-path.ts';
import { parentPath, type RemotePath } from '../../core/path/remote-path.ts';
import {
  proveSameVersion,
  type SameVersionProof,
  type VerifiedVersion,
} from '../../core/plan/same-version-proof.ts';
import { type FileFacts, findInListing, readFileFacts, statFile } from '../../ftps/listing/stat-file.ts';
import { makeDirectories, remove } from '../../ftps/session/commands.ts';
import { rename } from '../../ftps/session/rename.ts';
import type { Session } from '../../ftps/session/session.ts';

/** A file at the partner whose bytes are verified and recorded. */
export interface ImportedFile extends VerifiedVersion {
  readonly path: RemotePath;
}

export interface DisposeRules {
  readonly flow: PullFlow;
  readonly runId: string;
  /** Names the day in the path of an archived file. */
  readonly startedAt: Date;
}

/**
 * Deletes or moves an imported file at the partner, as the flow's `after` says. Before that the server must
 * show that the file is still the version that was transferred. One that was replaced is kept there and
 * transferred by the next run. One of which nothing can be shown is kept too, unless the flow's `afterCheck`
 * is content with the size. One that is gone needs nothing more, so that a retry may follow a lost reply.
 * @throws FtpsError
 */
export async function disposeFile(
  session: Session,
  file: ImportedFile,
  { flow, runId, startedAt }: DisposeRules,
): Promise<DisposedLine> {
  const { after, afterCheck, remote, schedule } = flow;
  const { path } = file;
  const found = await readFileFacts(session, path);
  if (found === undefined) return { path, outcome: 'gone', detail: '' };
  const proof = await findProof(session, file, found);
  if (proof.kind === 'other') return { path, outcome: 'kept', detail: proof.difference };
  if (proof.kind === 'unproven' && (afterCheck === 'version' || found.sizeBytes === undefined))
    return { path, outcome: 'unproven', detail: keptUnproven };
  if (after === 'delete') {
    await remove(session, path);
    return { path, outcome: 'deleted', detail: '' };
  }
  if (after === 'keep') return { path, outcome: 'kept', detail: 'the flow keeps files' };
  const day = { at: startedAt, timeZone: schedule?.timeZone ?? 'UTC' };
  const wanted = archivePath(after.move, { remote, path }, day);
  const isOccupied = (await statFile(session, wanted)) !== undefined;
  const target = isOccupied ? alternativeArchivePath(wanted, runId) : wanted;
  await makeDirectories(session, parentPath(target));
  await rename(session, path, target);
  return { path, outcome: 'moved', detail: target };
}

/** Asks for what is cheap first, and lists the directory only where that proves nothing. */
async function findProof(session: Session, file: ImportedFile, found: FileFacts): Promise<SameVersionProof> {
  const proof = proveSameVersion(file, found);
  if (proof.kind !== 'unproven') return proof;
  const facts = await findInListing(session, file.path);
  return facts === undefined ? proof : proveSameVersion(file, { ...found, facts });
}

const keptUnproven =
  'kept because nothing that the server reports can tell this version from another one of the same size: it has no MDTM, and its ' +
  'listing no time, or the file was transferred in the minute of its listed time. Ask the partner to enable MDTM or MLSD, set ' +
  'settled.minAge to 2m or more and connection.timeZone, or set afterCheck: size if the partner never replaces a file.';
