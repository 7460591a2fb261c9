import type { Bucket } from '../s3/bucket.ts';
import { JsonLinesWriter } from '../s3/json-lines-writer.ts';

/** What one invocation of a step did, line by line, under a key with its number: a repeated one overwrites its own. */
export class StepLines<T> implements AsyncDisposable {
  readonly #lines: JsonLinesWriter;
  #writing: Promise<void> = Promise.resolve();

  constructor(runs: Bucket, key: string) {
    this.#lines = new JsonLinesWriter(runs, key);
  }

  /** Several files end at once, and lines must not mix. */
  add(line: T): Promise<void> {
    this.#writing = this.#writing.then(async () => {
      await this.#lines.write(line);
    });
    return this.#writing;
  }

  async commit(): Promise<void> {
    await this.#writing;
    await this.#lines.commit();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#lines.abort();
  }
}
