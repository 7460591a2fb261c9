import type { ClearedLine } from '../contract/documents.ts';
import type { PullFlow } from '../contract/pull-flow.ts';
import { makeDirectories, modifiedTimeOf, remove, rename, sizeOf } from '../ftps/commands.ts';
import { FtpsError } from '../ftps/ftps-error.ts';
import type { Session } from '../ftps/session.ts';
import { archivePath, archivePathBeside } from '../sync/archive-path.ts';
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
 * was taken stays where it is, and the next run takes it.
 * @throws FtpsError of kinds that concern more than this file.
 */
export async function clearFile(session: Session, file: TakenFile, rules: ClearRules): Promise<ClearedLine> {
  const { after, remote, schedule } = rules.flow;
  const changed = await changeSinceTaken(session, file);
  if (changed !== undefined) return { path: file.path, outcome: 'left', detail: changed };
  if (after === 'delete') {
    await remove(session, file.path);
    return { path: file.path, outcome: 'deleted', detail: '' };
  }
  if (after === 'keep') return { path: file.path, outcome: 'left', detail: 'the flow keeps files' };
  const day = { at: rules.startedAt, timeZone: schedule?.timeZone ?? 'UTC' };
  const wanted = archivePath(after.move, { remote, path: file.path }, day);
  const target = (await exists(session, wanted)) ? archivePathBeside(wanted, rules.runId) : wanted;
  await makeDirectories(session, parentPath(target));
  await rename(session, file.path, target);
  return { path: file.path, outcome: 'moved', detail: target };
}

async function changeSinceTaken(session: Session, file: TakenFile): Promise<string | undefined> {
  const sizeBytes = await sizeOf(session, file.path);
  if (sizeBytes !== file.sizeBytes) return `it has ${sizeBytes} bytes now; ${file.sizeBytes} were taken`;
  if (file.verifiedModified === undefined) return undefined;
  const modified = await modifiedTimeOf(session, file.path);
  if (modified.raw === file.verifiedModified.raw) return undefined;
  return `it was modified ${modified.raw}; the version of ${file.verifiedModified.raw} was taken`;
}

async function exists(session: Session, path: RemotePath): Promise<boolean> {
  try {
    await sizeOf(session, path);
    return true;
  } catch (error) {
    if (error instanceof FtpsError && !session.lost) return false;
    throw error;
  }
}
