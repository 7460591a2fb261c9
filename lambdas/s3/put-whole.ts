import { PutObjectCommand } from '@aws-sdk/client-s3';
import type { ObjectKey } from '../sync/object-key.ts';
import type { Bucket } from './bucket.ts';
import { type Precondition, preconditionHeaders } from './precondition.ts';
import { storageError } from './storage-error.ts';

/** Puts an object in one request. @throws StorageError */
export async function putWhole(put: {
  readonly bucket: Bucket;
  readonly key: ObjectKey;
  readonly body: Buffer;
  /** CRC-32 as S3 writes it. */
  readonly checksum: string;
  readonly metadata: Readonly<Record<string, string>>;
  readonly precondition: Precondition;
}): Promise<{ readonly etag: string; readonly versionId: string | undefined }> {
  try {
    const answer = await put.bucket.client.send(
      new PutObjectCommand({
        Bucket: put.bucket.name,
        Key: put.key,
        Body: put.body,
        ContentLength: put.body.length,
        ChecksumCRC32: put.checksum,
        Metadata: { ...put.metadata },
        ...preconditionHeaders(put.precondition),
      }),
    );
    return { etag: answer.ETag ?? '', versionId: answer.VersionId };
  } catch (cause) {
    throw storageError(`put ${put.bucket.name}/${put.key}`, cause);
  }
}
