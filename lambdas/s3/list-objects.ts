import { ListObjectsV2Command } from '@aws-sdk/client-s3';
import type { Bucket } from './bucket.ts';
import { storageError } from './storage-error.ts';

/** An object in a listing. */
export interface ListedObject {
  readonly key: string;
  readonly etag: string;
  readonly modifiedAt: Date;
  readonly sizeBytes: number;
}

/**
 * The next objects under the prefix, at most 1,000, ascending by key; none if there are no more.
 * @param after the key to start after; empty for the first page.
 * @throws StorageError
 */
export async function listObjectsAfter(
  bucket: Bucket,
  prefix: string,
  after: string,
): Promise<ListedObject[]> {
  const start = after === '' ? {} : { StartAfter: after };
  try {
    const { Contents = [] } = await bucket.client.send(
      new ListObjectsV2Command({ Bucket: bucket.name, Prefix: prefix, ...start }),
    );
    return Contents.map(({ Key: key = '', ETag: etag = '', LastModified, Size: sizeBytes = 0 }) => {
      return { key, etag, modifiedAt: LastModified ?? new Date(0), sizeBytes };
    });
  } catch (cause) {
    throw storageError(`list ${bucket.name}/${prefix}`, cause);
  }
}
