import { HeadObjectCommand } from '@aws-sdk/client-s3';
import type { ObjectKey } from '../sync/object-key.ts';
import type { Bucket } from './bucket.ts';
import { storageError } from './storage-error.ts';

/** What is at a key. */
export interface StoredObject {
  readonly etag: string;
  readonly versionId: string | undefined;
  readonly sizeBytes: number;
  readonly storedAt: Date | undefined;
  /** Base64, of the whole object; undefined where it was not stored so. */
  readonly crc32: string | undefined;
  readonly metadata: Readonly<Record<string, string>>;
}

/** @throws StorageError */
export async function lookAtObject(bucket: Bucket, key: ObjectKey): Promise<StoredObject | undefined> {
  try {
    const head = await bucket.client.send(
      new HeadObjectCommand({ Bucket: bucket.name, Key: key, ChecksumMode: 'ENABLED' }),
    );
    return {
      etag: head.ETag ?? '',
      versionId: head.VersionId,
      sizeBytes: head.ContentLength ?? 0,
      storedAt: head.LastModified,
      crc32: head.ChecksumType === 'COMPOSITE' ? undefined : head.ChecksumCRC32,
      metadata: head.Metadata ?? {},
    };
  } catch (cause) {
    const error = storageError(`look at ${bucket.name}/${key}`, cause);
    if (error.fault === 'missing') return undefined;
    throw error;
  }
}
