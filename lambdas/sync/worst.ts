/** Keeps those with the largest measure, the largest first, however many are added. */
export class Worst<T> {
  readonly #most: number;
  readonly #measure: (each: T) => number;
  readonly #kept: T[] = [];

  constructor(most: number, measure: (each: T) => number) {
    this.#most = most;
    this.#measure = measure;
  }

  add(candidate: T): void {
    const measure = this.#measure(candidate);
    const last = this.#kept.at(-1);
    if (this.#kept.length >= this.#most && last !== undefined && this.#measure(last) >= measure) return;
    const place = this.#kept.findIndex((each) => this.#measure(each) < measure);
    this.#kept.splice(place < 0 ? this.#kept.length : place, 0, candidate);
    this.#kept.length = Math.min(this.#kept.length, this.#most);
  }

  get kept(): readonly T[] {
    return this.#kept;
  }
}
