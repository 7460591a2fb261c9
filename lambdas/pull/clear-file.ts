import type { ClearedLine } from '../contract/outcome-documents.ts';
import type { PullFlow } from '../contract/pull-flow.ts';
import { makeDirectories, remove, rename } from '../ftps/commands.ts';
import { lookAt, type Sighting } from '../ftps/look-at.ts';
import type { Session } from '../ftps/session.ts';
import { archivePath, archivePathBeside } from '../sync/archive-path.ts';
import { agreesWithListing } from '../sync/fingerprint.ts';
import type { ModifiedTime } from '../sync/remote-file.ts';
import { parentPath, type RemotePath } from '../sync/remote-path.ts';

/** A file at the partner whose bytes are verified and recorded. */
export interface TakenFile {
  readonly path: RemotePath;
  readonly sizeBytes: number;
  readonly verifiedModified: ModifiedTime | undefined;
}

export interface ClearRules {
  readonly flow: PullFlow;
  readonly runId: string;
  readonly startedAt: Date;
}

/**
 * Deletes or moves a taken file at the partner, as `after` says. It is looked at first: a file that has been replaced since it
 * was taken stays where it is, and the next run takes it; one that is gone needs nothing more, so that a try whose reply was
 * lost may be repeated.
 * @throws FtpsError of kinds that concern more than this file.
 */
export async function clearFile(session: Session, file: TakenFile, rules: ClearRules): Promise<ClearedLine> {
  const { after, remote, schedule } = rules.flow;
  const found = await look(session, file);
  if (found.kind === 'gone') return { path: file.path, outcome: 'gone', detail: '' };
  if (found.kind === 'changed') return { path: file.path, outcome: 'left', detail: found.detail };
  if (after === 'delete') {
    await remove(session, file.path);
    return { path: file.path, outcome: 'deleted', detail: '' };
  }
  if (after === 'keep') return { path: file.path, outcome: 'left', detail: 'the flow keeps files' };
  const day = { at: rules.startedAt, timeZone: schedule?.timeZone ?? 'UTC' };
  const wanted = archivePath(after.move, { remote, path: file.path }, day);
  const isTaken = (await lookAt(session, wanted)) !== undefined;
  const target = isTaken ? archivePathBeside(wanted, rules.runId) : wanted;
  await makeDirectories(session, parentPath(target));
  await rename(session, file.path, target);
  return { path: file.path, outcome: 'moved', detail: target };
}

type Look =
  | { readonly kind: 'as-taken' }
  | { readonly kind: 'gone' }
  | { readonly kind: 'changed'; readonly detail: string };

async function look(session: Session, { path, sizeBytes, verifiedModified }: TakenFile): Promise<Look> {
  const found = await lookAt(session, path);
  if (found === undefined) return { kind: 'gone' };
  if (found.sizeBytes !== sizeBytes) {
    return {
      kind: 'changed',
      detail: `it has ${found.sizeBytes ?? 'unknown'} bytes now; ${sizeBytes} were taken`,
    };
  }
  if (verifiedModified === undefined || isSameTime(found, verifiedModified)) return { kind: 'as-taken' };
  const detail = `it was modified ${found.modified?.raw}; the version of ${verifiedModified.raw} was taken`;
  return { kind: 'changed', detail };
}

/** MDTM's answers must be the same to the letter; a listing, where the server has no SIZE, knows the time less well. */
function isSameTime(found: Sighting, taken: ModifiedTime): boolean {
  const { modified } = found;
  if (modified === undefined) return false;
  const isExact = modified.clock === taken.clock && modified.precision === taken.precision;
  return isExact ? modified.raw === taken.raw : agreesWithListing({ ...found, unique: undefined }, taken);
}
