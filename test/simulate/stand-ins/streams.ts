/**
 * In place of `node:stream` and `node:stream/promises`: a body that yields its chunks, as cheaply as
 * possible.
 */
export class Readable {
  readonly #next: () => Promise<Buffer | undefined>;
  #isDestroyed = false;

  /** @param next the next chunk; undefined after the last. */
  constructor(next: () => Promise<Buffer | undefined>) {
    this.#next = next;
  }

  /** A model's body has no event of its own: what fails, fails in the loop that reads it. */
  on(): this {
    return this;
  }

  destroy(): void {
    this.#isDestroyed = true;
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<Buffer> {
    for (let chunk = await this.#next(); chunk !== undefined; chunk = await this.#next()) {
      if (this.#isDestroyed) return;
      yield chunk;
    }
  }
}

export async function pipeline(
  source: Readable,
  into: { readonly update: (chunk: Buffer) => unknown },
): Promise<void> {
  for await (const chunk of source) into.update(chunk);
}
