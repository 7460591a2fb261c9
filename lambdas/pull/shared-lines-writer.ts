import type { Bucket } from '../s3/bucket.ts';
import { JsonLinesWriter } from '../s3/documents/json-lines-writer.ts';

/**
 * Writes a document of JSON lines on behalf of several concurrent tasks: one line after the other. Nothing is
 * in the bucket before `commit`. The key has the number of the invocation, so that a repeated one overwrites
 * its own document.
 */
export class SharedLinesWriter<Line> implements AsyncDisposable {
  readonly #lines: JsonLinesWriter;
  #writing: Promise<void> = Promise.resolve();

  constructor(runs: Bucket, key: string) {
    this.#lines = new JsonLinesWriter(runs, key);
  }

  /** @throws StorageError */
  add(line: Line): Promise<void> {
    this.#writing = this.#writing.then(async () => {
      await this.#lines.write(line);
    });
    return this.#writing;
  }

  /** Publishes the document. @throws StorageError, also that of an earlier `add`. */
  async commit(): Promise<void> {
    await this.#writing;
    await this.#lines.commit();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#lines.abort();
  }
}
