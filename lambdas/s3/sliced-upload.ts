import { combineCrcs } from './crc-combine.ts';
import { lookAtObject, type StoredObject } from './look-at-object.ts';
import { StorageError } from './storage-error.ts';
import { completeUpload, type OpenUpload, type StoredPart, type WholeObject } from './upload-requests.ts';

/** CRC-32 of the whole as S3 writes it, from those of its parts. @param parts all of them, ascending. */
export function crc32OfParts(parts: readonly StoredPart[]): string {
  const crcs = parts.map(({ crc32, sizeBytes }) => ({ digest: Buffer.from(crc32, 'base64'), sizeBytes }));
  return combineCrcs('CRC32', crcs).toString('base64');
}

/**
 * Publishes an upload whose parts were sent by many. A request that was repeated, since its first answer was lost, finds no such
 * upload and its own success at the key.
 * @param isMine whether what is at the key can only be this upload's object.
 * @throws StorageError `conflict` where something else is at the key, or the upload is gone, or a part was replaced meanwhile.
 */
export async function publishUpload(
  upload: OpenUpload,
  parts: readonly StoredPart[],
  { isMine, ...whole }: WholeObject & { readonly isMine: (there: StoredObject) => boolean },
): Promise<{ readonly etag: string; readonly versionId: string | undefined }> {
  try {
    return await completeUpload(upload, parts, whole);
  } catch (cause) {
    if (!(cause instanceof StorageError) || cause.fault !== 'conflict') throw cause;
    const there = await lookAtObject(upload.bucket, upload.key);
    const isThere = there?.crc32 === whole.checksum && there.sizeBytes === whole.sizeBytes && isMine(there);
    if (!isThere) throw cause;
    return { etag: there.etag, versionId: there.versionId };
  }
}
