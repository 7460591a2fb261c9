import { randomBytes } from 'node:crypto';
import { createReadStream, createWriteStream, mkdirSync, readdirSync, rmSync, statSync } from 'node:fs';
import { rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import type { ByteRange } from '../protocol/ranges.ts';

/** A file with the bytes of an object, or of a part of it. */
export interface Blob {
  readonly id: string;
  readonly sizeBytes: number;
}

/**
 * A blob that is being written. Disposing removes it unless it was adopted; a row of the index must name it
 * then.
 */
export interface IncomingBlob extends AsyncDisposable {
  readonly id: string;
  write(payload: AsyncIterable<Buffer>): Promise<void>;
  /**
   * Moves the complete blob to its final name. After a crash, the next open removes it if no row names it.
   */
  place(): Promise<void>;
  adopt(): void;
}

/** Combines many small chunks from the network into one write. */
const writeBufferBytes = 1024 * 1024;
const readBufferBytes = 256 * 1024;

/**
 * The bytes of all objects: a folder of complete blobs and one of incoming blobs. The index says which exist.
 */
export class Blobs {
  readonly #complete: string;
  readonly #incoming: string;
  readonly #readers = new Map<string, number>();
  readonly #toRemove = new Set<string>();

  constructor(folder: string) {
    this.#complete = join(folder, 'blobs');
    this.#incoming = join(folder, 'incoming');
    mkdirSync(this.#complete, { recursive: true });
  }

  /** Removes what a killed server left: incoming blobs, and complete ones that no row names. */
  sweep(named: ReadonlySet<string>): void {
    rmSync(this.#incoming, { recursive: true, force: true });
    mkdirSync(this.#incoming);
    for (const id of readdirSync(this.#complete)) {
      if (!named.has(id)) rmSync(join(this.#complete, id));
    }
  }

  incoming(): IncomingBlob {
    const id = randomBytes(16).toString('hex');
    const complete = join(this.#complete, id);
    let path = join(this.#incoming, id);
    let isAdopted = false;
    return {
      id,
      write: (payload) => pipeline(payload, createWriteStream(path, { highWaterMark: writeBufferBytes })),
      place: async () => {
        await rename(path, complete);
        path = complete;
      },
      adopt: () => {
        isAdopted = true;
      },
      [Symbol.asyncDispose]: async () => {
        if (!isAdopted) await rm(path, { force: true });
      },
    };
  }

  /**
   * Keeps blobs readable until it is disposed, even when they are removed in the meantime. Call it in the
   * same turn of the event loop as the read of the index.
   */
  hold(blobs: readonly Blob[]): Disposable {
    for (const { id } of blobs) this.#readers.set(id, (this.#readers.get(id) ?? 0) + 1);
    return { [Symbol.dispose]: () => this.#release(blobs) };
  }

  /**
   * Finds a blob whose file is missing or has another size than its row says; undefined where all are whole.
   * The reply to a GET has its length in front: bytes that end too early would leave the client waiting.
   */
  findDamaged(blobs: readonly Blob[]): { readonly file: string; readonly why: string } | undefined {
    for (const { id, sizeBytes } of blobs) {
      const file = join(this.#complete, id);
      const found = statSync(file, { throwIfNoEntry: false });
      if (found === undefined) return { file, why: 'it is missing' };
      if (found.size !== sizeBytes)
        return { file, why: `it has ${found.size} bytes instead of ${sizeBytes}` };
    }
    return undefined;
  }

  /** The bytes of a range of the concatenated blobs, read on demand. The caller must hold the blobs. */
  async *read(blobs: readonly Blob[], range: ByteRange): AsyncGenerator<Buffer> {
    let offset = 0;
    for (const { id, sizeBytes } of blobs) {
      const start = Math.max(range.start - offset, 0);
      const end = Math.min(range.end - offset, sizeBytes);
      offset += sizeBytes;
      if (start >= end) continue;
      const options = { start, end: end - 1, highWaterMark: readBufferBytes };
      yield* createReadStream(join(this.#complete, id), options);
    }
  }

  /** Removes blobs that no row names any more, each as soon as no reader holds it. */
  remove(ids: readonly string[]): void {
    for (const id of ids) {
      if (this.#readers.has(id)) this.#toRemove.add(id);
      // Synchronous, so that a removal cannot fail after its request was answered.
      else rmSync(join(this.#complete, id), { force: true });
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
      if (this.#toRemove.delete(id)) this.remove([id]);
    }
  }
}
