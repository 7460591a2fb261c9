import { createHash } from 'node:crypto';
import type { PushFlow } from '../contract/push-flow.ts';
import { makeDirectories, remove, rename } from '../ftps/commands.ts';
import { FtpsError } from '../ftps/ftps-error.ts';
import { lookAt } from '../ftps/look-at.ts';
import type { Session } from '../ftps/session.ts';
import { upload } from '../ftps/upload.ts';
import type { StreamRange } from '../s3/read-object.ts';
import type { DeliveryPaths } from '../sync/delivery-path.ts';
import type { BegunRename, DeliveredVersion, TargetLook } from '../sync/delivery-record.ts';
import { isRefusal } from '../sync/delivery-retry.ts';
import { nameOf, parentPath, type RemotePath } from '../sync/remote-path.ts';
import { endOfRename } from '../sync/rename-in-doubt.ts';
import { removeIfThere } from './remove-if-there.ts';
import { stageObject, type TimeToWork } from './stage-object.ts';
import type { UploadProgress } from './upload-progress.ts';
import { type Verified, verifyStaged } from './verify-staged.ts';

/** A file of that name is at the partner, and the flow's `overwrite` does not allow to replace it. */
export class TargetExistsError extends Error {
  override readonly name = 'TargetExistsError';
}

/** One object version on its way to one name. */
export interface Shipment {
  readonly paths: DeliveryPaths;
  readonly overwrite: PushFlow['overwrite'];
  readonly sizeBytes: number;
  /** The bytes of the version, or some of them, anew at each call. */
  readonly read: (range?: StreamRange) => Promise<AsyncIterable<Uint8Array>>;
  /** How far invocations before have come with it. */
  readonly progress: UploadProgress;
  /** The rename of this version that an earlier try has begun, and whose end is not known. */
  readonly begun: Pick<BegunRename, 'before'> | undefined;
  /**
   * Records that the rename is about to be sent, and what is at the target until then; `outdated` where the version is not the
   * one to deliver any more.
   */
  readonly beginRename: (before: TargetLook | undefined) => Promise<'begun' | 'outdated'>;
  readonly deadline: TimeToWork;
}

export interface Placed extends Omit<Verified, 'verification'> {
  readonly verification: DeliveredVersion['verification'];
  /** An earlier try may have brought the file to the target too. */
  readonly doubt: DeliveredVersion['doubt'];
}

/**
 * Brings the bytes to the target: staged, verified, renamed. Nobody sees a part of them under the target's name.
 * `outdated`: nothing was put there, since the version is not the one to deliver any more. `more`: nothing yet, since the time of the
 * invocation is up, and another one is to go on.
 * @throws FtpsError, SourceError, TargetExistsError, UploadStuckError
 */
export async function putInPlace(
  session: Session,
  shipment: Shipment,
): Promise<Placed | 'outdated' | 'more'> {
  const { paths, sizeBytes, overwrite, begun } = shipment;
  const found = await lookAt(session, paths.target);
  const left = begun && (await lookAt(session, paths.staging));
  const earlier = begun && endOfRename({ sizeBytes, before: begun.before, target: found, staged: left });
  if (earlier === 'happened') return { verification: 'looked', sha256: undefined, doubt: undefined };
  if (overwrite === 'refuse' && found !== undefined) throw targetExists(paths.target);
  await makeDirectories(session, parentPath(paths.target));
  const load = { ...shipment, staging: paths.staging, isSha256Wanted: paths.checksum !== undefined };
  const staged = await stageObject(session, load).catch((error: unknown) =>
    leaveNothing(session, paths.staging, error),
  );
  const verified = staged === 'more' ? staged : await verifyStaged(session, staged, load);
  if (verified === 'more') return verified;
  // Others write there too, and had the whole upload's time to do it.
  const target = await lookAt(session, paths.target);
  if (overwrite === 'refuse' && target !== undefined) {
    await removeIfThere(session, paths.staging);
    throw targetExists(paths.target);
  }
  const before = target && { sizeBytes: target.sizeBytes, modified: target.modified?.raw };
  if ((await shipment.beginRename(before)) === 'outdated') {
    await removeIfThere(session, paths.staging);
    return 'outdated';
  }
  if (target !== undefined) {
    // The old marker would say that the new file, and the checksum that is still the old one's, are complete.
    if (paths.done !== undefined) await removeIfThere(session, paths.done);
    if (overwrite === 'delete-first') await makeRoom(session, paths.target);
  }
  await renameInPlace(session, paths, target !== undefined && overwrite === 'replace' ? 'over' : 'to-free');
  return { ...verified, doubt: earlier === 'not-known' ? 'perhaps-twice' : undefined };
}

/**
 * Where the server has refused for good, nobody comes back for what it has taken of the file until then: a quota would stay full.
 * @throws the error itself, always.
 */
async function leaveNothing(session: Session, staging: RemotePath, error: unknown): Promise<never> {
  const isRefused = error instanceof FtpsError && isRefusal(error.kind);
  if (isRefused && !session.lost) await removeIfThere(session, staging);
  throw error;
}

/** Deletes the file at the target. The partner may have taken it away meanwhile, which no reply code tells. */
async function makeRoom(session: Session, target: RemotePath): Promise<void> {
  try {
    await remove(session, target);
  } catch (error) {
    const isThere = session.lost || (await lookAt(session, target)) !== undefined;
    if (isThere) throw error;
  }
}

async function renameInPlace(
  session: Session,
  paths: DeliveryPaths,
  onto: 'over' | 'to-free',
): Promise<void> {
  try {
    await rename(session, paths.staging, paths.target);
  } catch (error) {
    // IIS, FileZilla Server and some mainframes refuse RNTO over a file, with nothing that tells it from other refusals.
    const isRefused = error instanceof FtpsError && (error.replyCode === 550 || error.replyCode === 553);
    if (!isRefused || onto === 'to-free') return await leaveNothing(session, paths.staging, error);
    await removeIfThere(session, paths.staging);
    const remedy =
      'If the server never renames over a file, set overwrite: delete-first in the partner file.';
    throw new TargetExistsError(`${error.message} A file is at ${paths.target}. ${remedy}`, { cause: error });
  }
}

/** Writes what stands beside a delivered file: first the checksum, in the format of `sha256sum -c`, then the marker. */
export async function writeBeside(
  session: Session,
  paths: DeliveryPaths,
  sha256: () => Promise<string>,
): Promise<void> {
  if (paths.checksum !== undefined)
    await writeSmall(session, paths.checksum, checksumLine(await sha256(), paths.target));
  if (paths.done !== undefined) await writeSmall(session, paths.done, '');
}

/**
 * GNU coreutils: a name with a backslash or a line break is escaped, and the line then begins with a backslash.
 * https://www.gnu.org/software/coreutils/manual/html_node/md5sum-invocation.html
 */
function checksumLine(sha256: string, target: RemotePath): string {
  const name = nameOf(target);
  const escaped = name.replaceAll('\\', '\\\\');
  return `${escaped === name ? '' : '\\'}${sha256}  ${escaped}\n`;
}

/** A few bytes in one write: nobody can see half of them for longer than a packet takes. */
async function writeSmall(session: Session, path: RemotePath, text: string): Promise<void> {
  const bytes = Buffer.from(text);
  await upload(session, path, one(bytes), { mode: 'store', expectedBytes: bytes.length });
}

async function* one(bytes: Buffer): AsyncGenerator<Buffer> {
  if (bytes.length > 0) yield bytes;
}

/** The SHA-256 of a stream, lower-case hex. @throws the signal's reason */
export async function sha256Of(source: AsyncIterable<Uint8Array>, signal: AbortSignal): Promise<string> {
  const hash = createHash('sha256');
  for await (const chunk of source) {
    signal.throwIfAborted();
    hash.update(chunk);
  }
  return hash.digest('hex');
}

function targetExists(path: RemotePath): TargetExistsError {
  const remedy = 'Set overwrite: replace in the partner file, or ask the partner to take the file away.';
  return new TargetExistsError(
    `A file is at ${path}, and the flow's overwrite is refuse. It was left as it is. ${remedy}`,
  );
}
