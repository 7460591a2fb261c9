import { GetObjectCommand } from '@aws-sdk/client-s3';
import { bodyStream } from './body-stream.ts';
import type { Bucket } from './bucket.ts';
import { StorageError, storageError } from './storage-error.ts';

export interface ByteRange {
  readonly key: string;
  /** The object must still have this ETag; undefined: any object at the key. */
  readonly etag?: string | undefined;
  readonly start: number;
  /** At least 1, and not beyond the end of the object. */
  readonly length: number;
}

/**
 * Reads a range of an object into memory, so that no response stays open while the bytes are processed.
 * @param into receives the bytes, from its start; a new buffer by default.
 * @returns the part of `into` that was filled.
 * @throws StorageError, `conflict` if the object has another ETag.
 */
export async function readRange(
  bucket: Bucket,
  { key, etag, start, length }: ByteRange,
  into: Buffer = Buffer.allocUnsafeSlow(length),
): Promise<Buffer> {
  const attempt = `read ${length} bytes from ${start} of ${bucket.name}/${key}`;
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
    for await (const chunk of bodyStream(Body)) filled += copy(chunk, into, filled);
    if (filled === length) return into.subarray(0, length);
    throw new StorageError('refused', `Could not ${attempt}: the response has ${filled} bytes`, undefined);
  } catch (cause) {
    throw storageError(attempt, cause);
  }
}

/**
 * Returns the length of the whole chunk, even if not all of it fits: too many bytes are as wrong as too few.
 */
function copy(chunk: Buffer, into: Buffer, offset: number): number {
  chunk.copy(into, offset);
  return chunk.length;
}
