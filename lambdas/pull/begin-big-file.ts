import type { TransferAction } from '../contract/plan-documents.ts';
import { FtpsError } from '../ftps/ftps-error.ts';
import { lookAt, type Sighting } from '../ftps/look-at.ts';
import type { Session } from '../ftps/session.ts';
import { findBigUpload, forgetBigUpload, recordBigUpload } from '../ledger/big-uploads.ts';
import { recordLook, recordTaken } from '../ledger/file-entries.ts';
import { listParts } from '../s3/list-parts.ts';
import { lookAtObject, type StoredObject } from '../s3/look-at-object.ts';
import { partSizeBytes } from '../s3/part-size.ts';
import { toMetadata } from '../s3/source-facts.ts';
import { abandonUploads, abortUpload, createUpload } from '../s3/upload-requests.ts';
import { agreesWithListing, fingerprintOf } from '../sync/fingerprint.ts';
import type { ObjectKey } from '../sync/object-key.ts';
import type { TransferredOutcome, UnchangedOutcome } from '../sync/outcome.ts';
import { type BigFileScene, entryOf, factsOf } from './big-file-scene.ts';
import type { FileUpload } from './big-file-state.ts';
import { relationOf } from './relation.ts';
import { readingOf } from './rest-proof.ts';
import { changedSinceListing, compareWithTaken } from './version-at-partner.ts';

/** How a big file begins: it need not be fetched, or here is the upload that its parts go into. */
export type Begun =
  | { readonly kind: 'ended'; readonly outcome: TransferredOutcome | UnchangedOutcome }
  | { readonly kind: 'begun'; readonly upload: FileUpload };

/**
 * Begins a big file, or goes on where an earlier run stopped: its upload is known by the version that its parts are of. What is at
 * the key, and whether the partner still has the version that was listed, is judged as for any file (transfer-file.ts).
 * @throws FtpsError, StorageError, ObjectNotOursError, FencedError
 */
export async function beginBigFile(action: TransferAction, scene: BigFileScene): Promise<Begun> {
  const { key, file } = action;
  const there = await lookAtObject(scene.inbox, key);
  const facts = factsOf(action, scene.owner);
  if (there !== undefined && relationOf(there, action, facts) === 'interrupted')
    return { kind: 'ended', outcome: await adopt(action, there, scene) };

  const found = await scene.pool.use(async (session) => {
    const seen = await asListed(session, action);
    return (await compareWithTaken(session, action)) === 'same' ? 'unchanged' : seen;
  });
  if (found === 'unchanged') return { kind: 'ended', outcome: await leaveUnchanged(action, scene) };
  const { sizeBytes } = found;
  const reading = await readingOf({ path: file.path, sizeBytes }, scene);
  const modifiedRaw = found.modified?.raw;
  const upload = await openUpload(action, { ...found, modifiedRaw }, scene);
  return { kind: 'begun', upload: { ...upload, modifiedRaw, reading } };
}

/** The listing looked different, but it is the version that was taken. */
export async function leaveUnchanged(action: TransferAction, scene: BigFileScene): Promise<UnchangedOutcome> {
  const { file, key, takenBefore } = action;
  await endUpload(action, scene);
  await recordLook(scene.table, entryOf(action, scene.owner), fingerprintOf(file));
  const verifiedModified = takenBefore?.modified;
  return { kind: 'unchanged', path: file.path, key, sizeBytes: file.sizeBytes ?? 0, verifiedModified };
}

/** Removes whatever is open for the file, with its parts. @throws StorageError, FencedError */
export async function endUpload(action: TransferAction, scene: BigFileScene): Promise<void> {
  const entry = entryOf(action, scene.owner);
  const known = await findBigUpload(scene.table, entry.flowName, entry.relativePath);
  if (known !== undefined) {
    await abortUpload({ bucket: scene.inbox, key: known.key as ObjectKey, uploadId: known.uploadId });
    await forgetBigUpload(scene.table, entry);
  }
  await abandonUploads({ bucket: scene.inbox, key: action.key });
}

interface Found extends Sighting {
  readonly sizeBytes: number;
}

async function asListed(session: Session, { file }: TransferAction): Promise<Found> {
  const { path } = file;
  const found = await lookAt(session, path);
  const attempt = 'looking at';
  if (found === undefined) {
    throw new FtpsError({ kind: 'gone', attempt, target: path, answer: 'there is no such file', path });
  }
  const sizeBytes = found.sizeBytes ?? file.sizeBytes;
  if (sizeBytes === undefined || sizeBytes === 0) {
    const answer = 'the server does not tell its size';
    throw new FtpsError({ kind: 'not-supported', attempt, target: path, answer, path });
  }
  if (file.sizeBytes !== undefined && file.sizeBytes !== sizeBytes) {
    const answer = `it has ${sizeBytes} bytes now, and ${file.sizeBytes} in the listing`;
    throw new FtpsError({ kind: 'changed', attempt, target: path, answer, path });
  }
  if (!agreesWithListing(fingerprintOf(file), found.modified)) throw changedSinceListing(file, found);
  return { ...found, sizeBytes };
}

/** As transfer-file.ts does, but for the SHA-256, which would take as long as fetching it. */
async function adopt(
  action: TransferAction,
  there: StoredObject,
  scene: BigFileScene,
): Promise<TransferredOutcome> {
  const { file, key } = action;
  const found = await scene.pool.use((session) => lookAt(session, file.path));
  const isSame =
    found === undefined ||
    (found.sizeBytes === there.sizeBytes && agreesWithListing(fingerprintOf(file), found.modified));
  if (!isSame) throw changedSinceListing(file, found);
  const { etag, versionId, sizeBytes, crc32 } = there;
  const entry = entryOf(action, scene.owner);
  const what = { key, sizeBytes, sha256: undefined, crc32, verifiedModified: found?.modified };
  await recordTaken(scene.table, entry, {
    ...what,
    fingerprint: fingerprintOf(file),
    etag,
    versionId,
    isReplaced: false,
    runId: scene.owner.run.runId,
    takenAt: scene.now(),
  });
  await endUpload(action, scene);
  return { kind: 'transferred', path: file.path, ...what, verification: 'adopted', note: undefined };
}

interface Version {
  readonly sizeBytes: number;
  readonly modifiedRaw: string | undefined;
}

/** The upload of an earlier run, or try, where its parts are of this version; else a new one in its place. */
async function openUpload(
  action: TransferAction,
  { sizeBytes, modifiedRaw }: Version,
  scene: BigFileScene,
): Promise<Pick<FileUpload, 'uploadId' | 'partBytes' | 'sizeBytes'>> {
  const { key, file } = action;
  const entry = entryOf(action, scene.owner);
  const place = { bucket: scene.inbox, key };
  const partBytes = partSizeBytes(sizeBytes);
  const version = { key, sizeBytes, modifiedRaw, unique: file.unique, partBytes };
  const known = await findBigUpload(scene.table, entry.flowName, entry.relativePath);
  if (known !== undefined && isOfVersion(known, version)) {
    const { uploadId } = known;
    if ((await listParts({ ...place, uploadId })) !== undefined) {
      await abandonUploads(place, uploadId);
      return { uploadId, partBytes, sizeBytes };
    }
  }
  await endUpload(action, scene);
  const { uploadId } = await createUpload(place, toMetadata(factsOf(action, scene.owner)));
  await recordBigUpload(scene.table, entry, { ...version, uploadId, now: scene.now() });
  return { uploadId, partBytes, sizeBytes };
}

interface VersionOfParts extends Version {
  readonly key: string;
  readonly partBytes: number;
  readonly unique: string | undefined;
}

/** A size alone is no proof: another version may well have it too. */
function isOfVersion(known: VersionOfParts, wanted: VersionOfParts): boolean {
  const isUniqueOther =
    known.unique !== undefined && wanted.unique !== undefined && known.unique !== wanted.unique;
  const isTold = wanted.modifiedRaw !== undefined || (wanted.unique !== undefined && !isUniqueOther);
  return (
    isTold &&
    !isUniqueOther &&
    known.key === wanted.key &&
    known.partBytes === wanted.partBytes &&
    known.sizeBytes === wanted.sizeBytes &&
    known.modifiedRaw === wanted.modifiedRaw
  );
}
