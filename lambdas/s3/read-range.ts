import { GetObjectCommand } from '@aws-sdk/client-s3';
import type { Bucket } from './bucket.ts';
import { StorageError, storageError } from './storage-error.ts';

export interface ByteRange {
  readonly key: string;
  /** The object must still be this one, or it is a `conflict`; undefined: whatever is at the key. */
  readonly etag?: string | undefined;
  readonly start: number;
  /** More than none, and not beyond the end of the object. */
  readonly length: number;
}

/** Some bytes of an object, all of them in memory, so that no answer stays open while they are worked on. @throws StorageError */
export async function readRange(bucket: Bucket, { key, etag, start, length }: ByteRange): Promise<Buffer> {
  const what = `read ${length} bytes from ${start} of ${bucket.name}/${key}`;
  try {
    const { Body } = await bucket.client.send(
      new GetObjectCommand({
        Bucket: bucket.name,
        Key: key,
        Range: `bytes=${start}-${start + length - 1}`,
        ...(etag === undefined ? {} : { IfMatch: etag }),
      }),
    );
    const bytes = Buffer.from((await Body?.transformToByteArray()) ?? []);
    if (bytes.length === length) return bytes;
    throw new StorageError('refused', `Could not ${what}: ${bytes.length} bytes came`, undefined);
  } catch (cause) {
    throw storageError(what, cause);
  }
}
