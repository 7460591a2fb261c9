import { Readable } from 'node:stream';
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

/**
 * Some bytes of an object, all of them in memory, so that no answer stays open while they are worked on.
 * @param into where they are put, from its beginning; a buffer of their own unless told. @throws StorageError
 */
export async function readRange(
  bucket: Bucket,
  { key, etag, start, length }: ByteRange,
  into: Buffer = Buffer.allocUnsafeSlow(length),
): Promise<Buffer> {
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
    let filled = 0;
    if (Body instanceof Readable) for await (const chunk of Body) filled += copy(chunk, into, filled);
    if (filled === length) return into.subarray(0, length);
    throw new StorageError('refused', `Could not ${what}: ${filled} bytes came`, undefined);
  } catch (cause) {
    throw storageError(what, cause);
  }
}

/** All of the chunk is counted, also what has no room: more bytes than were asked for are as wrong as fewer. */
function copy(chunk: Buffer, into: Buffer, offset: number): number {
  chunk.copy(into, offset);
  return chunk.length;
}
