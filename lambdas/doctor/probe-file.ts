import { createHash } from 'node:crypto';
import { crc32 } from 'node:zlib';
import type { HashAlgorithm } from '../ftps/server-hash.ts';
import type { RemotePath } from '../sync/remote-path.ts';

/** Large enough that two offsets of a proof of REST overlap in it, and little to send. */
export const probeBytes = 256 * 1024;

/** A file of the doctor's own, whose bytes it knows. */
export class ProbeFile {
  readonly path: RemotePath;
  readonly content: Buffer;

  constructor(path: RemotePath, content: Buffer) {
    this.path = path;
    this.content = content;
  }

  get sizeBytes(): number {
    return this.content.length;
  }

  /** As a server's hash command writes it. */
  hexOf(algorithm: HashAlgorithm): string {
    if (algorithm === 'crc32') return crc32(this.content).toString(16).padStart(8, '0');
    return createHash(algorithm).update(this.content).digest('hex');
  }
}

/** Bytes in which no part is like another, the same for the same seed. */
export function probeContent(sizeBytes: number, seed: string): Buffer {
  const blocks: Buffer[] = [];
  for (let length = 0; length < sizeBytes; length += 64) {
    blocks.push(createHash('sha512').update(`${seed} ${length}`).digest());
  }
  return Buffer.concat(blocks).subarray(0, sizeBytes);
}
