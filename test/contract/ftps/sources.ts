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
