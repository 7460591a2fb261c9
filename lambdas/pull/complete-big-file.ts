import type { TransferAction } from '../contract/plan-documents.ts';
import { FtpsError } from '../ftps/ftps-error.ts';
import type { Sighting } from '../ftps/look-at.ts';
import { hashesOffered, hashOf } from '../ftps/server-hash.ts';
import { forgetBigUpload } from '../ledger/big-uploads.ts';
import { recordTaken } from '../ledger/file-entries.ts';
import { workLeftMs } from '../runtime/deadline.ts';
import { lookAtObject } from '../s3/look-at-object.ts';
import type { Precondition } from '../s3/precondition.ts';
import { crc32OfParts, publishUpload } from '../s3/sliced-upload.ts';
import { kinship } from '../s3/source-facts.ts';
import type { StoredPart } from '../s3/upload-requests.ts';
import { fingerprintOf } from '../sync/fingerprint.ts';
import type { TransferredOutcome, UnchangedOutcome, Verification } from '../sync/outcome.ts';
import { leaveUnchanged } from './begin-big-file.ts';
import { type BigFileScene, entryOf, factsOf } from './big-file-scene.ts';
import type { FileUpload, OpenBigFile } from './big-file-state.ts';
import { recordExpected } from './expected-arrivals.ts';
import { ObjectNotOursError } from './object-not-ours.ts';

/** All parts of a file, and how the partner shows it after the last of them came. */
export interface WholeFile {
  readonly upload: FileUpload;
  readonly parts: readonly StoredPart[];
  readonly found: Sighting;
  readonly verification: Verification;
}

/**
 * Makes the parts one object, as the precondition allows, and records it. S3 compares the size and the CRC-32, which come from
 * those of the parts: nobody has seen the bytes in order.
 * @throws StorageError, ObjectNotOursError, FencedError
 */
export async function completeBigFile(
  { action, anew }: OpenBigFile,
  { upload, parts, found, verification }: WholeFile,
  scene: BigFileScene,
): Promise<TransferredOutcome | UnchangedOutcome> {
  const { key, file } = action;
  const { sizeBytes } = upload;
  const crc32 = crc32OfParts(parts);
  if (isTakenAlready(action, { sizeBytes, crc32, found })) return leaveUnchanged(action, scene);
  const facts = factsOf(action, scene.owner);
  const there = await lookAtObject(scene.inbox, key);
  if (there !== undefined && kinship(there.metadata, facts) === 'stranger') throw new ObjectNotOursError(key);
  const precondition: Precondition =
    there === undefined ? { kind: 'absent' } : { kind: 'replaces', etag: there.etag };
  const published = await publishUpload({ bucket: scene.inbox, key, uploadId: upload.uploadId }, parts, {
    sizeBytes,
    checksum: crc32,
    precondition,
    isMine: ({ metadata }) => kinship(metadata, facts) !== 'stranger',
  });
  const entry = entryOf(action, scene.owner);
  const what = { key, sizeBytes, sha256: undefined, crc32, verifiedModified: found.modified };
  const taken = {
    ...what,
    ...published,
    fingerprint: fingerprintOf(file),
    isReplaced: false,
    runId: scene.owner.run.runId,
    takenAt: scene.now(),
  };
  await recordExpected(scene.table, { ...entry, expected: scene.owner.expected }, taken);
  await recordTaken(scene.table, entry, taken);
  await forgetBigUpload(scene.table, entry);
  return { kind: 'transferred', path: file.path, ...what, verification, note: anew?.why };
}

/** Only its look has changed, as the `unique` fact does where a server's disk was moved: the bytes decide, but for a replay. */
function isTakenAlready(
  { key, reason, takenBefore }: TransferAction,
  whole: { readonly sizeBytes: number; readonly crc32: string; readonly found: Sighting },
): boolean {
  return (
    reason !== 'replay' &&
    takenBefore?.key === key &&
    takenBefore.crc32 === whole.crc32 &&
    takenBefore.sizeBytes === whole.sizeBytes &&
    takenBefore.modified !== undefined &&
    takenBefore.modified.raw === whole.found.modified?.raw
  );
}

/** How fast a server reads a file for its hash, at the least: one that is slower is not waited for. */
const hashBytesPerSecond = 50_000_000;

/** No server is kept busy for longer, nor would a session wait for the answer (ftps/timeouts.ts). */
const longestHashMs = 240_000;

/**
 * Compares the CRC-32 of the parts with the server's own, where it offers one and is expected to have it soon: it reads the whole
 * file for it, and the invocation has other files.
 */
export async function compareWithServer(
  { file }: TransferAction,
  { parts, sizeBytes }: { readonly parts: readonly StoredPart[]; readonly sizeBytes: number },
  { pool, deadline }: BigFileScene,
): Promise<'equal' | 'not-told' | { readonly serverHex: string; readonly ourHex: string }> {
  const waitMs = Math.min(longestHashMs, workLeftMs(deadline) / 2);
  if (waitMs <= 0 || sizeBytes > (waitMs / 1000) * hashBytesPerSecond) return 'not-told';
  const ourHex = Buffer.from(crc32OfParts(parts), 'base64').toString('hex');
  const hash = await pool.use(async (session) => {
    if (!hashesOffered(session.capabilities).includes('crc32')) return undefined;
    // In the middle of an exchange, this drops the session.
    const timer = setTimeout(() => void session.close(), waitMs);
    try {
      return await hashOf(session, file.path, ['crc32']);
    } catch (error) {
      // A server that cannot answer in time says nothing of the file.
      if (error instanceof FtpsError) return undefined;
      throw error;
    } finally {
      clearTimeout(timer);
    }
  });
  if (hash === undefined) return 'not-told';
  return hash.hex === ourHex ? 'equal' : { serverHex: hash.hex, ourHex };
}
