import { createHash, type Hash } from 'node:crypto';
import { crc32 } from 'node:zlib';
import type { HashAlgorithm } from '../../ftps/transfer/server-hash.ts';

/** Computes hashes of a stream while its bytes pass. */
export class StreamDigests {
  readonly #hashes: ReadonlyMap<HashAlgorithm, Hash>;
  readonly #hasCrc32: boolean;
  #crc32 = 0;

  constructor(algorithms: readonly HashAlgorithm[]) {
    const cryptoAlgorithms = new Set(algorithms.filter((algorithm) => algorithm !== 'crc32'));
    this.#hashes = new Map([...cryptoAlgorithms].map((algorithm) => [algorithm, createHash(algorithm)]));
    this.#hasCrc32 = algorithms.includes('crc32');
  }

  /** Opens the source when its first bytes are asked for, so that a refused transfer opens nothing. */
  async *through(open: () => Promise<AsyncIterable<Uint8Array>>): AsyncGenerator<Uint8Array> {
    for await (const chunk of await open()) {
      for (const hash of this.#hashes.values()) hash.update(chunk);
      if (this.#hasCrc32) this.#crc32 = crc32(chunk, this.#crc32);
      yield chunk;
    }
  }

  /** Lower-case hex of what has passed; undefined for an algorithm that was not asked for. */
  hex(algorithm: HashAlgorithm): string | undefined {
    if (algorithm === 'crc32') return this.#crc32.toString(16).padStart(8, '0');
    return this.#hashes.get(algorithm)?.copy().digest('hex');
  }
}

/** The SHA-256 of a stream, lower-case hex. @throws the signal's reason. */
export async function sha256OfStream(
  source: AsyncIterable<Uint8Array>,
  signal: AbortSignal,
): Promise<string> {
  const hash = createHash('sha256');
  for await (const chunk of source) {
    signal.throwIfAborted();
    hash.update(chunk);
  }
  return hash.digest('hex');
}
