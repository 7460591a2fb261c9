import { ListObjectsV2Command } from '@aws-sdk/client-s3';
import type { Bucket } from './bucket.ts';
import { storageError } from './storage-error.ts';

/** An object as a listing shows it. */
export interface ListedObject {
  readonly key: string;
  readonly etag: string;
  readonly sizeBytes: number;
}

/** The next objects under the prefix behind a key, at most 1,000, in the order of their keys. Empty: there are no more. @throws StorageError */
export async function objectsAfter(bucket: Bucket, prefix: string, after: string): Promise<ListedObject[]> {
  const start = after === '' ? {} : { StartAfter: after };
  try {
    const { Contents = [] } = await bucket.client.send(
      new ListObjectsV2Command({ Bucket: bucket.name, Prefix: prefix, ...start }),
    );
    return Contents.map(({ Key = '', ETag = '', Size = 0 }) => ({ key: Key, etag: ETag, sizeBytes: Size }));
  } catch (cause) {
    throw storageError(`list ${bucket.name}/${prefix}`, cause);
  }
}
