/** Bytes that may be held at once by everything that shares the budget. Whoever asks for more waits, in order. */
export class MemoryBudget {
  readonly #totalBytes: number;
  #freeBytes: number;
  readonly #waiting: { readonly bytes: number; readonly go: () => void }[] = [];

  constructor(totalBytes: number) {
    this.#totalBytes = totalBytes;
    this.#freeBytes = totalBytes;
  }

  /** A request larger than the whole budget gets the whole budget, so that it can go on at all. */
  reserve(bytes: number): Promise<MemoryShare> {
    const granted = Math.min(bytes, this.#totalBytes);
    return new Promise((resolve) => {
      this.#waiting.push({ bytes: granted, go: () => resolve({ release: this.#releaseOnce(granted) }) });
      this.#serve();
    });
  }

  #releaseOnce(bytes: number): () => void {
    let held = bytes;
    return () => {
      this.#freeBytes += held;
      held = 0;
      this.#serve();
    };
  }

  #serve(): void {
    for (
      let next = this.#waiting[0];
      next !== undefined && next.bytes <= this.#freeBytes;
      next = this.#waiting[0]
    ) {
      this.#waiting.shift();
      this.#freeBytes -= next.bytes;
      next.go();
    }
  }
}

export interface MemoryShare {
  /** Gives the bytes back; a second call does nothing. */
  release(): void;
}
