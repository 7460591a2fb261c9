import type { ObjectKey } from '../../core/path/object-key.ts';
import { documentBudgetBytes } from '../../core/plan/part-size.ts';
import type { Bucket } from '../bucket.ts';
import { MemoryBudget } from '../upload/memory-budget.ts';
import { ObjectWriter } from '../upload/object-writer.ts';

/** Lines are collected up to this size before they are passed to the object writer. */
const chunkBytes = 64 * 1024;

/**
 * Writes a document of JSON lines of any length with bounded memory. Nothing is visible before `commit`,
 * which replaces a document at the key: a step that runs again overwrites its own.
 */
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
   * Appends a line. Lines are in the order of the calls, even when a caller does not wait.
   * @returns the bytes of the line in the document, with its line feed.
   * @throws StorageError
   */
  async write(value: unknown): Promise<number> {
    const line = `${JSON.stringify(value)}\n`;
    this.#pending.push(line);
    this.#pendingLength += line.length;
    if (this.#pendingLength >= chunkBytes) await this.#flush();
    return Buffer.byteLength(line);
  }

  /** Publishes the document; an empty one if nothing was written. @throws StorageError */
  async commit(): Promise<void> {
    await this.#flush();
    await this.#writer.commit();
  }

  /** Discards the document. */
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
