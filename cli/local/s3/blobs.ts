import { randomBytes } from 'node:crypto';
import { createReadStream, createWriteStream, mkdirSync, readdirSync, rmSync } from 'node:fs';
import { rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import type { ByteRange } from './ranges.ts';

/** A file of bytes on disk, a part of an object or all of it. */
export interface Blob {
  readonly id: string;
  readonly sizeBytes: number;
}

/** A blob being written. Disposing removes it unless it was adopted: by then a row of the index must name it. */
export interface IncomingBlob extends AsyncDisposable {
  readonly id: string;
  write(payload: AsyncIterable<Buffer>): Promise<void>;
  /** Moves the whole blob to its final name. A crash after this leaves a blob without a row: the next open removes it. */
  place(): Promise<void>;
  adopt(): void;
}

/** Large enough that many small pieces from the network become one write. */
const writeBufferBytes = 1024 * 1024;
const readBufferBytes = 256 * 1024;

/** The bytes of all objects: one folder of whole blobs, one of blobs still growing. Which of them count, the index says. */
export class Blobs {
  readonly #whole: string;
  readonly #growing: string;
  readonly #readers = new Map<string, number>();
  readonly #doomed = new Set<string>();

  constructor(folder: string) {
    this.#whole = join(folder, 'blobs');
    this.#growing = join(folder, 'incoming');
    mkdirSync(this.#whole, { recursive: true });
  }

  /** Removes everything a killed server left: growing blobs, and whole ones that no row came to name. */
  sweep(named: ReadonlySet<string>): void {
    rmSync(this.#growing, { recursive: true, force: true });
    mkdirSync(this.#growing);
    for (const id of readdirSync(this.#whole)) {
      if (!named.has(id)) rmSync(join(this.#whole, id));
    }
  }

  incoming(): IncomingBlob {
    const id = randomBytes(16).toString('hex');
    const whole = join(this.#whole, id);
    let path = join(this.#growing, id);
    let isAdopted = false;
    return {
      id,
      write: (payload) => pipeline(payload, createWriteStream(path, { highWaterMark: writeBufferBytes })),
      place: async () => {
        await rename(path, whole);
        path = whole;
      },
      adopt: () => {
        isAdopted = true;
      },
      [Symbol.asyncDispose]: async () => {
        if (!isAdopted) await rm(path, { force: true });
      },
    };
  }

  /** Keeps blobs readable until disposed, even when they are removed meanwhile. Take it in the turn that read the index. */
  hold(blobs: readonly Blob[]): Disposable {
    for (const { id } of blobs) this.#readers.set(id, (this.#readers.get(id) ?? 0) + 1);
    return { [Symbol.dispose]: () => this.#release(blobs) };
  }

  /** The bytes of the range of all blobs in a row, read as they are asked for. Hold the blobs meanwhile. */
  async *read(blobs: readonly Blob[], range: ByteRange): AsyncGenerator<Buffer> {
    let offset = 0;
    for (const { id, sizeBytes } of blobs) {
      const start = Math.max(range.start - offset, 0);
      const end = Math.min(range.end - offset, sizeBytes);
      offset += sizeBytes;
      if (start >= end) continue;
      const options = { start, end: end - 1, highWaterMark: readBufferBytes };
      yield* createReadStream(join(this.#whole, id), options);
    }
  }

  /** Removes blobs that no row names any more, as soon as nobody reads them. */
  remove(ids: readonly string[]): void {
    for (const id of ids) {
      if (this.#readers.has(id)) this.#doomed.add(id);
      // Synchronous, so that no removal can fail after the request it belongs to was answered.
      else rmSync(join(this.#whole, id), { force: true });
    }
  }

  #release(blobs: readonly Blob[]): void {
    for (const { id } of blobs) {
      const readers = (this.#readers.get(id) ?? 1) - 1;
      if (readers > 0) {
        this.#readers.set(id, readers);
        continue;
      }
      this.#readers.delete(id);
      if (this.#doomed.delete(id)) this.remove([id]);
    }
  }
}
