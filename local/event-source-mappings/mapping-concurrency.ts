/**
 * How many batches of a mapping may run at the same time. Lambda reduces the number while it throttles the
 * function, so that a mapping does not hold more messages than it can deliver.
 */
export class MappingConcurrency {
  readonly #max: number;
  #allowed: number;

  constructor(max: number) {
    this.#max = max;
    this.#allowed = max;
  }

  get allowed(): number {
    return this.#allowed;
  }

  /** After a throttled call: half, and at least one. */
  reduce(): void {
    this.#allowed = Math.max(1, Math.floor(this.#allowed / 2));
  }

  /** After an invocation: one more. */
  restore(): void {
    this.#allowed = Math.min(this.#max, this.#allowed + 1);
  }
}
