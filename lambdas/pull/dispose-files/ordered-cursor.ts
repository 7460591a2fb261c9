/** An item, and the cursor of the one that follows it. */
interface Positioned {
  readonly next: number;
}

/**
 * The cursor up to which all items have ended. Items are begun in order and may end in any order; an
 * invocation that resumes at the cursor repeats at most those that were begun.
 */
export class OrderedCursor {
  readonly #open: { readonly item: Positioned; hasEnded: boolean }[] = [];
  next: number;

  constructor(next: number) {
    this.next = next;
  }

  /** Passes the items on and counts each as begun. */
  async *track<T extends Positioned>(source: AsyncIterable<T>): AsyncGenerator<T> {
    for await (const item of source) {
      this.#open.push({ item, hasEnded: false });
      yield item;
    }
  }

  end(item: Positioned): void {
    const ended = this.#open.find((each) => each.item === item);
    if (ended !== undefined) ended.hasEnded = true;
    for (let [first] = this.#open; first?.hasEnded === true; [first] = this.#open) {
      this.next = first.item.next;
      this.#open.shift();
    }
  }
}
