import { createHash, type Hash } from 'node:crypto';
import { crc32 } from 'node:zlib';
import type { HashAlgorithm } from '../ftps/server-hash.ts';

/** Computes hashes of bytes while they pass. */
export class StreamDigests {
  readonly #hashes: ReadonlyMap<HashAlgorithm, Hash>;
  readonly #withCrc32: 'yes' | 'no';
  #crc32 = 0;

  constructor(algorithms: readonly HashAlgorithm[]) {
    const ofCrypto = new Set(algorithms.filter((algorithm) => algorithm !== 'crc32'));
    this.#hashes = new Map([...ofCrypto].map((algorithm) => [algorithm, createHash(algorithm)]));
    this.#withCrc32 = algorithms.includes('crc32') ? 'yes' : 'no';
  }

  /** Opens the source only when it is asked for its first bytes: a transfer that is refused has then opened nothing. */
  async *through(open: () => Promise<AsyncIterable<Uint8Array>>): AsyncGenerator<Uint8Array> {
    for await (const chunk of await open()) {
      for (const hash of this.#hashes.values()) hash.update(chunk);
      if (this.#withCrc32 === 'yes') this.#crc32 = crc32(chunk, this.#crc32);
      yield chunk;
    }
  }

  /** Lower-case hex of what has passed; undefined where the algorithm was not asked for. */
  hexOf(algorithm: HashAlgorithm): string | undefined {
    if (algorithm === 'crc32') return this.#crc32.toString(16).padStart(8, '0');
    return this.#hashes.get(algorithm)?.copy().digest('hex');
  }
}
