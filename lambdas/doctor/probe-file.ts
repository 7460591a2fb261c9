import { createHash } from 'node:crypto';
import { crc32 } from 'node:zlib';
import type { RemotePath } from '../core/path/remote-path.ts';
import type { HashAlgorithm } from '../ftps/transfer/server-hash.ts';

/** Large enough for the two overlapping ranges that verify REST, and quick to send. */
export const probeBytes = 256 * 1024;

/** A file that the doctor uploads, so that it knows its bytes. */
export class ProbeFile {
  readonly path: RemotePath;
  readonly content: Buffer;
  /** A field, and no accessor, which a copy with changes would leave out. */
  readonly sizeBytes: number;

  constructor(path: RemotePath, content: Buffer) {
    this.path = path;
    this.content = content;
    this.sizeBytes = content.length;
  }

  /** The hash as a server's hash command answers it: lower-case hex digits. */
  hash(algorithm: HashAlgorithm): string {
    if (algorithm === 'crc32') return crc32(this.content).toString(16).padStart(8, '0');
    return createHash(algorithm).update(this.content).digest('hex');
  }
}

/** Bytes without repetition; the same seed gives the same bytes. */
export function probeContent(sizeBytes: number, seed: string): Buffer {
  const blocks: Buffer[] = [];
  for (let length = 0; length < sizeBytes; length += 64) {
    blocks.push(createHash('sha512').update(`${seed} ${length}`).digest());
  }
  return Buffer.concat(blocks).subarray(0, sizeBytes);
}
