import { createHash } from 'node:crypto';
import type { PushFlow } from '../contract/push-flow.ts';
import { makeDirectories, remove, rename } from '../ftps/commands.ts';
import { FtpsError } from '../ftps/ftps-error.ts';
import { lookAt } from '../ftps/look-at.ts';
import { hashesOffered, hashOf } from '../ftps/server-hash.ts';
import type { Session } from '../ftps/session.ts';
import { upload } from '../ftps/upload.ts';
import type { DeliveryPaths } from '../sync/delivery-path.ts';
import type {
  BegunRename,
  DeliveredVersion,
  DeliveryVerification,
  TargetLook,
} from '../sync/delivery-record.ts';
import { nameOf, parentPath, type RemotePath } from '../sync/remote-path.ts';
import { endOfRename } from '../sync/rename-in-doubt.ts';
import { removeIfThere } from './remove-if-there.ts';
import { StreamDigests } from './stream-digests.ts';

/** A file of that name is at the partner, and the flow's `overwrite` does not allow to replace it. */
export class TargetExistsError extends Error {
  override readonly name = 'TargetExistsError';
}

/** One object version on its way to one name. */
export interface Shipment {
  readonly paths: DeliveryPaths;
  readonly overwrite: PushFlow['overwrite'];
  readonly sizeBytes: number;
  /** The bytes of the version, anew at each call. */
  readonly read: () => Promise<AsyncIterable<Uint8Array>>;
  /** The rename of this version that an earlier try has begun, and whose end is not known. */
  readonly begun: Pick<BegunRename, 'before'> | undefined;
  /**
   * Records that the rename is about to be sent, and what is at the target until then; `outdated` where the version is not the
   * one to deliver any more.
   */
  readonly beginRename: (before: TargetLook | undefined) => Promise<'begun' | 'outdated'>;
  readonly signal: AbortSignal;
}

export interface Placed {
  readonly verification: DeliveryVerification;
  /** Of the bytes sent, lower-case hex; undefined where an earlier try had sent them. */
  readonly sha256: string | undefined;
  /** An earlier try may have brought the file to the target too. */
  readonly doubt: DeliveredVersion['doubt'];
}

/**
 * Brings the bytes to the target: staged, verified, renamed. Nobody sees a part of them under the target's name.
 * `outdated`: nothing was put there, since the version is not the one to deliver any more.
 * @throws FtpsError, SourceError, TargetExistsError
 */
export async function putInPlace(session: Session, shipment: Shipment): Promise<Placed | 'outdated'> {
  const { paths, sizeBytes, overwrite, begun } = shipment;
  const found = await lookAt(session, paths.target);
  const staged = begun && (await lookAt(session, paths.staging));
  const earlier = begun && endOfRename({ sizeBytes, before: begun.before, target: found, staged });
  if (earlier === 'happened') return { verification: 'looked', sha256: undefined, doubt: undefined };
  if (overwrite === 'refuse' && found !== undefined) throw targetExists(paths.target);
  await makeDirectories(session, parentPath(paths.target));
  const verified = await stage(session, shipment);
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

/** Deletes the file at the target. The partner may have taken it away meanwhile, which no reply code tells. */
async function makeRoom(session: Session, target: RemotePath): Promise<void> {
  try {
    await remove(session, target);
  } catch (error) {
    const isThere = session.lost || (await lookAt(session, target)) !== undefined;
    if (isThere) throw error;
  }
}

/** Uploads under the staging name, over what an earlier try of this version may have left there, and verifies it. */
async function stage(
  session: Session,
  { paths, sizeBytes, read, signal }: Shipment,
): Promise<Omit<Placed, 'doubt'>> {
  const offered = hashesOffered(session.capabilities);
  const digests = new StreamDigests(['sha256', ...offered]);
  const source = digests.through(read);
  await upload(session, paths.staging, source, { mode: 'store', expectedBytes: sizeBytes, signal });
  const there = await lookAt(session, paths.staging);
  if (there?.sizeBytes !== sizeBytes) {
    const answer = `${there?.sizeBytes ?? 'no'} bytes are there; ${sizeBytes} were sent`;
    throw new FtpsError({
      kind: 'wrong-size',
      attempt: 'verifying',
      target: paths.staging,
      answer,
      path: paths.staging,
    });
  }
  const sha256 = digests.hexOf('sha256');
  const hash = await hashOf(session, paths.staging, offered);
  if (hash === undefined) return { verification: 'size', sha256 };
  if (hash.hex !== digests.hexOf(hash.algorithm)) {
    const answer = `the server's ${hash.algorithm} of it is ${hash.hex}; that of the bytes sent is another`;
    throw new FtpsError({
      kind: 'wrong-size',
      attempt: 'verifying',
      target: paths.staging,
      answer,
      path: paths.staging,
    });
  }
  return { verification: 'size+hash', sha256 };
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
    // The server keeps the old name, and another try uploads anew.
    if (isRefused) await removeIfThere(session, paths.staging);
    if (!isRefused || onto === 'to-free') throw error;
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

/** The SHA-256 of a stream, lower-case hex. */
export async function sha256Of(source: AsyncIterable<Uint8Array>): Promise<string> {
  const hash = createHash('sha256');
  for await (const chunk of source) hash.update(chunk);
  return hash.digest('hex');
}

function targetExists(path: RemotePath): TargetExistsError {
  const remedy = 'Set overwrite: replace in the partner file, or ask the partner to take the file away.';
  return new TargetExistsError(
    `A file is at ${path}, and the flow's overwrite is refuse. It was left as it is. ${remedy}`,
  );
}
