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
  const target =
    (await sizeIfThere(session, wanted)) !== undefined ? archivePathBeside(wanted, rules.runId) : wanted;
  await makeDirectories(session, parentPath(target));
  await rename(session, file.path, target);
  return { path: file.path, outcome: 'moved', detail: target };
}

type Look =
  | { readonly kind: 'as-taken' }
  | { readonly kind: 'gone' }
  | { readonly kind: 'changed'; readonly detail: string };

async function look(session: Session, file: TakenFile): Promise<Look> {
  const sizeBytes = await sizeIfThere(session, file.path);
  if (sizeBytes === undefined) return { kind: 'gone' };
  if (sizeBytes !== file.sizeBytes) {
    return { kind: 'changed', detail: `it has ${sizeBytes} bytes now; ${file.sizeBytes} were taken` };
  }
  if (file.verifiedModified === undefined) return { kind: 'as-taken' };
  const { raw } = await modifiedTimeOf(session, file.path);
  if (raw === file.verifiedModified.raw) return { kind: 'as-taken' };
  const detail = `it was modified ${raw}; the version of ${file.verifiedModified.raw} was taken`;
  return { kind: 'changed', detail };
}

/** 550: there is no such file (RFC 3659, 4.1). @throws FtpsError for every other reply without a size. */
async function sizeIfThere(session: Session, path: RemotePath): Promise<number | undefined> {
  try {
    return await sizeOf(session, path);
  } catch (error) {
    if (error instanceof FtpsError && error.replyCode === 550) return undefined;
    throw error;
  }
}
