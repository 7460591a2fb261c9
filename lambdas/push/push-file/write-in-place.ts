import { writeStep } from '../../core/delivery/delivery-step.ts';
import type { FileOwner } from '../../core/delivery/own-file.ts';
import type { RemotePath } from '../../core/path/remote-path.ts';
import { FtpsError } from '../../ftps/ftps-error.ts';
import type { FileStat } from '../../ftps/listing/stat-file.ts';
import { remove } from '../../ftps/session/commands.ts';
import type { Session } from '../../ftps/session/session.ts';
import { findFile, withFateOfUpload } from './check-upload.ts';
import type { PutInPlaceOptions } from './put-in-place-options.ts';
import { removeIfExists } from './remove-if-exists.ts';
import { stageObject } from './stage-object.ts';
import { targetExistsError } from './target-exists.ts';
import { type Verified, verifyStaged } from './verify-staged.ts';

export interface WriteOptions extends PutInPlaceOptions {
  /** The file at the target, as it was found, and whose it is. */
  readonly found: { readonly target: FileStat | undefined; readonly owner: FileOwner };
}

/** An upload under its final name, with the modified time that it has there. */
export type Written = Verified & { readonly modified: string | undefined };

/**
 * Uploads the object under its final name, for servers that cannot rename. A reader may see a part of it, so
 * everything that can be asked is asked before; the ledger knows of the upload before the partner does; and a
 * part that a failed try leaves is deleted at once, or by the next try.
 * @throws TargetExistsError; FtpsError; SourceError or StorageError if S3 fails; UploadStuckError.
 */
export async function writeInPlace(
  session: Session,
  options: WriteOptions,
): Promise<Written | 'outdated' | 'unfinished'> {
  const { paths, overwrite, found, progress, verify, assertHeld } = options;
  const { target, owner } = found;
  const version = await options.checkVersion();
  const step = writeStep({ overwrite, target, owner, version, closedBytes: progress.closedBytes });
  if (step.kind === 'refuse') throw targetExistsError(paths.target, options.known, owner);
  if (step.kind === 'outdated') return step.kind;
  progress.resume(step.resumes ? progress.checkpoint : undefined);
  await options.recordWrite({ before: step.before, isBeforeOurs: step.isBeforeOurs });
  try {
    for (const companion of [paths.done, paths.checksum]) {
      if (companion === undefined) continue;
      assertHeld();
      await removeIfExists(session, companion);
    }
    if (step.deletesFirst) {
      assertHeld();
      await removeIfExists(session, paths.target);
    }
    const upload = {
      ...options,
      staging: paths.target,
      isFinalName: true,
      mayResume: step.resumes,
      isSha256Wanted: paths.checksum !== undefined,
    };
    const staged = await stageObject(session, upload);
    if (staged === 'unfinished') return staged;
    const verified = await verifyStaged(session, staged, upload);
    if (verified === 'unfinished') return verified;
    const written = verify === 'none' ? undefined : await findFile(session, paths.target, verify);
    return { ...verified, modified: written?.modified?.raw };
  } catch (error) {
    throw await withoutPart(session, options, error);
  }
}

/**
 * Deletes what a failed try has left under the final name, as far as the session allows it, and records that
 * nothing of it is there. What may not be deleted stays in the ledger for the next try.
 * @returns the error to throw.
 */
async function withoutPart(session: Session, options: WriteOptions, error: unknown): Promise<unknown> {
  if (!(error instanceof FtpsError) || session.lost) return error;
  const { paths, found, assertHeld } = options;
  const { target } = paths;
  assertHeld();
  if (error.kind === 'cannot-verify') return withFateOfUpload(session, error, target);
  try {
    const left = await findFile(session, target, options.verify);
    if (isSame(left, found.target)) await options.recordNotRenamed();
    else if (await isRemoved(session, target)) await options.recordNotRenamed();
  } catch (later) {
    if (!(later instanceof FtpsError)) throw later;
  }
  return error;
}

async function isRemoved(session: Session, path: RemotePath): Promise<boolean> {
  return remove(session, path).then(
    () => true,
    (error: unknown) => {
      if (!(error instanceof FtpsError) || session.lost) throw error;
      return false;
    },
  );
}

/** Whether nothing was written. The server has refused the upload, so no reader can have taken all of it. */
function isSame(left: FileStat | undefined, before: FileStat | undefined): boolean {
  if (left === undefined || before === undefined) return left === before;
  return left.sizeBytes === before.sizeBytes && left.modified?.raw === before.modified?.raw;
}
