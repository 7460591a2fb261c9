import { createHash } from 'node:crypto';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { GetObjectCommand } from '@aws-sdk/client-s3';
import type { ObjectKey } from '../sync/object-key.ts';
import type { Bucket } from './bucket.ts';
import { storageError } from './storage-error.ts';

/** SHA-256 of what is at the key now, lower-case hex, read as a stream. @throws StorageError, `conflict` where the etag is another. */
export async function sha256OfObject(bucket: Bucket, key: ObjectKey, etag: string): Promise<string> {
  try {
    const { Body } = await bucket.client.send(
      new GetObjectCommand({ Bucket: bucket.name, Key: key, IfMatch: etag }),
    );
    const hash = createHash('sha256');
    if (Body instanceof Readable) await pipeline(Body, hash);
    return hash.digest('hex');
  } catch (cause) {
    throw storageError(`read ${bucket.name}/${key}`, cause);
  }
}
