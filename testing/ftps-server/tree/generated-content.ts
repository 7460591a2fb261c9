import { createCipheriv, createHash } from 'node:crypto';

/** Content that is generated instead of held in memory: the same seed gives the same bytes. */
export interface GeneratedContent {
  readonly sizeBytes: number;
  readonly seed: number;
}

const blockBytes = 16;
const chunkBytes = 64 * 1024;
const zeros = Buffer.alloc(chunkBytes);

/**
 * The content from `offset` to its end, in chunks of at most 64 KiB. It is the AES-CTR keystream of a key
 * derived from the seed, so that any offset is reached without generating the bytes before it.
 */
export function* generatedBytes(content: GeneratedContent, offset = 0): Generator<Buffer> {
  const key = createHash('sha256').update(`seed ${content.seed}`).digest().subarray(0, 16);
  const counter = Buffer.alloc(blockBytes);
  counter.writeBigUInt64BE(BigInt(Math.floor(offset / blockBytes)), 8);
  const cipher = createCipheriv('aes-128-ctr', key, counter);
  cipher.update(zeros.subarray(0, offset % blockBytes));
  for (let position = offset; position < content.sizeBytes; position += chunkBytes) {
    yield cipher.update(zeros.subarray(0, Math.min(chunkBytes, content.sizeBytes - position)));
  }
}

/** The SHA-256 of the whole content in lower-case hex, to compare with a download. */
export function generatedSha256(content: GeneratedContent): string {
  const hash = createHash('sha256');
  for (const chunk of generatedBytes(content)) hash.update(chunk);
  return hash.digest('hex');
}
