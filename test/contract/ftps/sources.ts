import { Readable } from 'node:stream';
import { generatedBytes } from '../../support/ftps-server/generated-content.ts';

/** The bytes in chunks, as a body from S3 comes. */
export async function* inChunks(bytes: Buffer, chunkBytes = 64 * 1024): AsyncGenerator<Buffer> {
  for (let start = 0; start < bytes.length; start += chunkBytes) {
    yield bytes.subarray(start, start + chunkBytes);
  }
}

/** The bytes, and then a failure instead of the end. */
export async function* failingAfter(bytes: Buffer, cause: Error): AsyncGenerator<Buffer> {
  yield* inChunks(bytes);
  throw cause;
}

/** More than all the buffers between us and the server hold, so that what it does is felt before the end. */
export const large = { sizeBytes: 48 * 1024 * 1024, seed: 7 };

/** So many bytes, as a body from S3 comes. */
export function largeSource(): Readable {
  return Readable.from(generatedBytes(large));
}
