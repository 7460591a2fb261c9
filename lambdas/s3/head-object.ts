import { HeadObjectCommand, ListObjectsV2Command } from '@aws-sdk/client-s3';
import type { ObjectKey } from '../core/path/object-key.ts';
import type { Bucket } from './bucket.ts';
import { storageError } from './storage-error.ts';

/** The object at a key. */
export interface StoredObject {
  readonly etag: string;
  readonly versionId: string | undefined;
  readonly sizeBytes: number;
  readonly storedAt: Date | undefined;
  /** Base64, of the whole object; undefined if S3 has no such checksum of it. */
  readonly crc32: string | undefined;
  readonly metadata: Readonly<Record<string, string>>;
}

/**
 * The object at the key; undefined if there is none, which a missing bucket looks like too: an answer to HEAD
 * has no code. Where that matters, see {@link assertBucketExists}.
 * @throws StorageError
 */
export async function headObject(bucket: Bucket, key: ObjectKey): Promise<StoredObject | undefined> {
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
    const error = storageError(`head ${bucket.name}/${key}`, cause);
    if (error.kind === 'missing') return undefined;
    throw error;
  }
}

/**
 * Returns if the bucket exists: call it before objects count as missing for good.
 * @param key of an object that was not found; the request lists that key alone.
 * @throws StorageError, `refused` if there is no such bucket.
 */
export async function assertBucketExists(bucket: Bucket, key: ObjectKey): Promise<void> {
  try {
    await bucket.client.send(new ListObjectsV2Command({ Bucket: bucket.name, Prefix: key, MaxKeys: 1 }));
  } catch (cause) {
    throw storageError(`list ${bucket.name}/${key}`, cause);
  }
}
