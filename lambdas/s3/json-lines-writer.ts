import type { ObjectKey } from '../sync/object-key.ts';
import type { Bucket } from './bucket.ts';
import { MemoryBudget } from './memory-budget.ts';
import { ObjectWriter } from './object-writer.ts';

/** Lines are gathered up to this size before they are handed on. */
const chunkBytes = 64 * 1024;

/** Enough for the part that fills and those on their way (multipart-upload.ts). */
const documentBudgetBytes = 32 * 1024 * 1024;

/** Writes a document of JSON lines of any length with bounded memory; a repeated step overwrites its own. */
export class JsonLinesWriter {
  readonly #writer: ObjectWriter;
  #pending: string[] = [];
  #pendingLength = 0;
  #flushing: Promise<void> = Promise.resolve();

  constructor(bucket: Bucket, key: string) {
    this.#writer = new ObjectWriter({
      bucket,
      key: key as ObjectKey,
      expectedBytes: chunkBytes,
      metadata: {},
      precondition: { kind: 'any' },
      budget: new MemoryBudget(documentBudgetBytes),
    });
  }

  /**
   * Lines stand in the order of the calls, also when a caller does not wait.
   * @returns how many bytes the line has in the document, with its line feed. @throws StorageError
   */
  async write(value: unknown): Promise<number> {
    const line = `${JSON.stringify(value)}\n`;
    this.#pending.push(line);
    this.#pendingLength += line.length;
    if (this.#pendingLength >= chunkBytes) await this.#flush();
    return Buffer.byteLength(line);
  }

  /** Publishes the document, empty where nothing was written. @throws StorageError */
  async commit(): Promise<void> {
    await this.#flush();
    await this.#writer.commit();
  }

  /** Forgets the document. */
  async abort(): Promise<void> {
    await this.#writer.abort();
  }

  #flush(): Promise<void> {
    const chunk = Buffer.from(this.#pending.join(''));
    this.#pending = [];
    this.#pendingLength = 0;
    if (chunk.length > 0) this.#flushing = this.#flushing.then(() => this.#writer.write(chunk));
    return this.#flushing;
  }
}
