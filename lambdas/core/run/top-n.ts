/**
 * Keeps the N items with the largest measure, in descending order. Memory does not depend on the number of
 * added items.
 */
export class TopN<T> {
  readonly #limit: number;
  readonly #measure: (each: T) => number;
  readonly #kept: T[] = [];

  constructor(limit: number, measure: (each: T) => number) {
    this.#limit = limit;
    this.#measure = measure;
  }

  add(candidate: T): void {
    const measure = this.#measure(candidate);
    const last = this.#kept.at(-1);
    if (this.#kept.length >= this.#limit && last !== undefined && this.#measure(last) >= measure) return;
    const place = this.#kept.findIndex((each) => this.#measure(each) < measure);
    this.#kept.splice(place < 0 ? this.#kept.length : place, 0, candidate);
    this.#kept.length = Math.min(this.#kept.length, this.#limit);
  }

  get kept(): readonly T[] {
    return this.#kept;
  }
}
