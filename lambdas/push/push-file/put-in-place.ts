import type { DeliveredVersion } from '../../core/delivery/delivery-record.ts';
import { isRefusal } from '../../core/delivery/delivery-retry.ts';
import { renameStep, type StagingFacts, stagingStep } from '../../core/delivery/delivery-step.ts';
import { type FileOwner, fileOwner } from '../../core/delivery/own-file.ts';
import { isPlausible } from '../../core/delivery/unconfirmed-rename.ts';
import { parentPath, parseRemotePath, type RemotePath } from '../../core/path/remote-path.ts';
import { FtpsError } from '../../ftps/ftps-error.ts';
import { type FileStat, statFile } from '../../ftps/listing/stat-file.ts';
import { makeDirectories, remove } from '../../ftps/session/commands.ts';
import { RenameUncertainError, rename } from '../../ftps/session/rename.ts';
import type { Session } from '../../ftps/session/session.ts';
import { findFile, findWritten, withFateOfUpload } from './check-upload.ts';
import type { PutInPlaceOptions } from './put-in-place-options.ts';
import { removeIfExists } from './remove-if-exists.ts';
import { stageObject } from './stage-object.ts';
import { takeOverStaging } from './take-over-staging.ts';
import { TargetExistsError, targetExistsError } from './target-exists.ts';
import { compareHash, type Verified, verifyStaged } from './verify-staged.ts';
import { writeInPlace } from './write-in-place.ts';

/** A file in place, with how far it was verified. */
export interface PlacedFile extends Omit<Verified, 'verification'> {
  readonly verification: DeliveredVersion['verification'];
  /** The file's modified time, as the server writes it; undefined where it does not tell. */
  readonly modified: string | undefined;
  /** An earlier try may have put the file at the target too. */
  readonly doubt: DeliveredVersion['doubt'];
}

/**
 * Puts the object at its target: staged, verified, renamed. A reader never sees a part of it under the
 * target's name. `outdated`: nothing was put there, since a newer version is current. `unfinished`: nothing
 * was put there yet, and another invocation must resume the upload.
 * @throws TargetExistsError if the flow does not replace files; FtpsError; SourceError or StorageError if S3
 * fails; UploadStuckError.
 */
export async function putInPlace(
  session: Session,
  options: PutInPlaceOptions,
): Promise<PlacedFile | 'outdated' | 'unfinished'> {
  const { paths, known } = options;
  options.setLeftovers(options.leftovers);
  const { target, owner, ...facts } = await gatherStagingFacts(session, options);
  const step = stagingStep({ ...facts, target, owner });
  if (step.kind === 'record-only')
    return {
      verification: 'inferred',
      sha256: undefined,
      doubt: undefined,
      modified: target?.modified?.raw,
    };
  if (step.kind === 'refuse') throw targetExistsError(paths.target, known, owner);
  if (options.makesDirectories) await makeTargetDirectory(session, paths.target);
  const { doubt } = step;
  if (options.delivery === 'direct') {
    const written = await writeInPlace(session, { ...options, found: { target, owner } });
    return typeof written === 'string' ? written : { ...written, doubt };
  }
  const verified = await stageAndVerify(session, options);
  if (verified === 'unfinished') return verified;
  const renamed = await renameVerified(session, options);
  return renamed === 'outdated' ? renamed : { ...verified, ...renamed, doubt };
}

type GatheredFacts = StagingFacts & { readonly target: FileStat | undefined; readonly owner: FileOwner };

async function gatherStagingFacts(session: Session, options: PutInPlaceOptions): Promise<GatheredFacts> {
  const { paths, sizeBytes, overwrite, begunRename, progress } = options;
  const begunStaging = begunRename?.staging === undefined ? undefined : parseRemotePath(begunRename.staging);
  const begunFile = begunStaging && (await findFile(session, begunStaging, options.verify));
  // Before the file is taken away, which is the proof.
  if (begunFile !== undefined) await options.recordNotRenamed();
  const isStaged = options.delivery === 'staged';
  const mayResume = isStaged && progress.mayResume;
  const { claimed, missing } = await takeOverStaging(session, {
    ...options,
    staging: paths.staging,
    mayResume,
    checkpoint: progress.checkpoint,
  });
  if (isStaged) progress.resume(claimed);
  // Only now: until its staging file was taken away, a lost worker could still have renamed it.
  const target = await findFile(session, paths.target, options.verify);
  const facts = {
    sizeBytes,
    overwrite,
    target,
    owner: fileOwner(target, options.known),
    staged: undefined,
    begunRename,
    targetHash: 'not-told',
  } as const;
  if (begunRename === undefined) return facts;
  const staged = begunStaging && missing.has(begunStaging) ? undefined : begunFile;
  if (!isPlausible({ sizeBytes, begun: begunRename, target, staged })) return { ...facts, staged };
  const targetHash = await compareHash(session, paths.target, options);
  return { ...facts, targetHash, owner: fileOwner(target, options.known, targetHash) };
}

/** @throws FtpsError that names the flow's setting. */
async function makeTargetDirectory(session: Session, target: RemotePath): Promise<void> {
  const directory = parentPath(target);
  try {
    await makeDirectories(session, directory);
  } catch (error) {
    if (!(error instanceof FtpsError) || error.replyCode === undefined || !isRefusal(error.kind)) throw error;
    const { kind, answer, replyCode } = error;
    const remedy =
      'Ask the partner to create it. If it exists, and this user may only not enter it, set makeDirectories: false in the flow.';
    throw new FtpsError({
      kind,
      attempt: 'making the directory',
      target: directory,
      answer,
      path: directory,
      replyCode,
      remedy,
      cause: error,
    });
  }
}

async function stageAndVerify(
  session: Session,
  { paths, ...options }: PutInPlaceOptions,
): Promise<Verified | 'unfinished'> {
  const staging = { ...options, staging: paths.staging, isSha256Wanted: paths.checksum !== undefined };
  const staged = await stageObject(session, staging).catch((error: unknown) =>
    removeRefused(session, paths.staging, error),
  );
  return staged === 'unfinished' ? staged : verifyStaged(session, staged, staging);
}

/** Renames the verified upload to its target, unless what is at the target or in the bucket has changed. */
async function renameVerified(
  session: Session,
  {
    paths,
    sizeBytes,
    overwrite,
    verify,
    known,
    checkVersion,
    recordRename,
    recordNotRenamed,
    assertHeld,
  }: PutInPlaceOptions,
): Promise<Pick<PlacedFile, 'modified'> | 'outdated'> {
  // The upload may have taken long, and the partner or another flow may have written the target meanwhile.
  const target = await findFile(session, paths.target, verify);
  const staged = await findWritten(session, paths.staging, { verify, sentBytes: sizeBytes });
  const owner = fileOwner(target, known);
  const step = renameStep({ sizeBytes, overwrite, target, owner, staged, version: await checkVersion() });
  if (step.kind === 'upload-lost') throw uploadLost(paths.staging, step.sizeBytes, sizeBytes);
  if (step.kind !== 'rename') {
    await removeIfExists(session, paths.staging);
    if (step.kind === 'refuse') throw targetExistsError(paths.target, known, owner);
    return step.kind;
  }
  await recordRename({ before: step.before, staged: step.staged, staging: paths.staging });
  // They may be there without their file: a reader has taken that away. The old marker would declare the new
  // file complete, and the old checksum would declare it damaged.
  for (const companion of [paths.done, paths.checksum]) {
    if (companion === undefined) continue;
    assertHeld();
    await removeIfExists(session, companion);
  }
  if (step.target === 'delete-first') {
    assertHeld();
    await removeTarget(session, paths.target);
  }
  await sendRename(session, { paths, target: step.target, recordNotRenamed, assertHeld });
  return { modified: step.staged?.modified };
}

/**
 * Deletes a staging file that the server has refused for good: no try comes back for it, and it would use up
 * the partner's quota.
 * @throws `error`, always.
 */
async function removeRefused(session: Session, staging: RemotePath, error: unknown): Promise<never> {
  const isRefused = error instanceof FtpsError && isRefusal(error.kind);
  if (isRefused && error.kind === 'cannot-verify' && !session.lost)
    throw await withFateOfUpload(session, error, staging);
  if (isRefused && !session.lost) await removeIfExists(session, staging);
  throw error;
}

/**
 * Deletes the file at the target. It is no error if the partner has removed it meanwhile, which no reply code
 * reveals.
 */
async function removeTarget(session: Session, target: RemotePath): Promise<void> {
  try {
    await remove(session, target);
  } catch (error) {
    const exists = session.lost || (await statFile(session, target)) !== undefined;
    if (exists) throw error;
  }
}

interface RenameOptions extends Pick<PutInPlaceOptions, 'paths' | 'recordNotRenamed' | 'assertHeld'> {
  readonly target: 'free' | 'rename-over' | 'delete-first';
}

async function sendRename(
  session: Session,
  { paths, target, recordNotRenamed, assertHeld }: RenameOptions,
): Promise<void> {
  try {
    assertHeld();
    await rename(session, paths.staging, paths.target, assertHeld);
  } catch (error) {
    const isUncertain = error instanceof RenameUncertainError;
    const isAnswered = error instanceof FtpsError && error.replyCode !== undefined && !isUncertain;
    // Before the staging file is taken away, which is the proof.
    if (isAnswered) await recordNotRenamed();
    // IIS, FileZilla Server and some mainframes refuse RNTO over a file, with a reply like that of any other
    // refusal.
    const isRefused = error instanceof FtpsError && (error.replyCode === 550 || error.replyCode === 553);
    if (!isRefused || target !== 'rename-over')
      return await removeRefused(session, paths.staging, withRenameRemedy(error, paths.staging));
    await removeIfExists(session, paths.staging);
    const remedy =
      'If the server never renames over a file, set overwrite: delete-first in the partner file.';
    throw new TargetExistsError(`${error.message} A file is at ${paths.target}. ${remedy}`, { cause: error });
  }
}

/** A server without RNFR and RNTO, or one that does not let this user rename, can still be delivered to. */
function withRenameRemedy(error: unknown, staging: RemotePath): unknown {
  if (!(error instanceof FtpsError) || error instanceof RenameUncertainError) return error;
  const { kind, answer, replyCode = 0 } = error;
  const cannotRename = replyCode === 500 || replyCode === 502 || replyCode === 504;
  const isSourceRefused = error.path === staging && replyCode >= 550;
  if (!cannotRename && !isSourceRefused) return error;
  const remedy =
    'Where the server cannot rename, or does not let this user rename, set delivery: direct in the flow: it uploads under the final name, so a reader may see a part of a file.';
  return new FtpsError({
    kind,
    attempt: 'renaming',
    target: staging,
    answer,
    path: staging,
    replyCode,
    remedy,
    cause: error,
  });
}

function uploadLost(path: RemotePath, foundBytes: number | undefined, sizeBytes: number): FtpsError {
  const found = foundBytes === undefined ? 'it is gone' : `it has ${foundBytes} bytes now`;
  const answer = `${found}, and ${sizeBytes} were verified: something else deletes or changes it`;
  return new FtpsError({ kind: 'wrong-size', attempt: 'renaming', target: path, answer, path });
}
