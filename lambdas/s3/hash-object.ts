import { createHash } from 'node:crypto';
import { pipeline } from 'node:stream/promises';
import { GetObjectCommand } from '@aws-sdk/client-s3';
import type { ObjectKey } from '../core/path/object-key.ts';
import { bodyStream } from './body-stream.ts';
import type { Bucket } from './bucket.ts';
import { storageError } from './storage-error.ts';

/**
 * The SHA-256 of the object at the key, lower-case hex. The object is read as a stream.
 * @throws StorageError, `conflict` if the object has another ETag.
 */
export async function hashObject(bucket: Bucket, key: ObjectKey, etag: string): Promise<string> {
  try {
    const { Body } = await bucket.client.send(
      new GetObjectCommand({ Bucket: bucket.name, Key: key, IfMatch: etag }),
    );
    const hash = createHash('sha256');
    await pipeline(bodyStream(Body), hash);
    return hash.digest('hex');
  } catch (cause) {
    throw storageError(`read ${bucket.name}/${key}`, cause);
  }
}
