/**
 * Bytes that may be held at once by everything that shares the budget. Whoever asks for more waits, in order.
 *
 * Memory that comes back whole is handed out again as it is: a gigabyte in fresh parts is a hundred garbage collections, since
 * V8 collects by how much memory outside of its heap has been asked for.
 */
export class MemoryBudget {
  readonly #totalBytes: number;
  #freeBytes: number;
  /** Counted as free. */
  readonly #unused: Buffer[] = [];
  readonly #waiting: { readonly bytes: number; readonly go: () => void }[] = [];

  constructor(totalBytes: number) {
    this.#totalBytes = totalBytes;
    this.#freeBytes = totalBytes;
  }

  /** A request larger than the whole budget waits for the whole budget, and gets what it asked for, so that it can go on at all. */
  reserve(bytes: number): Promise<MemoryShare> {
    const granted = Math.min(bytes, this.#totalBytes);
    return new Promise((resolve) => {
      this.#waiting.push({
        bytes: granted,
        go: () => resolve(new Share(this.#bufferOf(bytes), (unused) => this.#takeBack(granted, unused))),
      });
      this.#serve();
    });
  }

  #bufferOf(bytes: number): Buffer {
    const index = this.#unused.findIndex(({ length }) => length === bytes);
    const [same] = index === -1 ? [] : this.#unused.splice(index, 1);
    this.#dropUnused(this.#freeBytes);
    return same ?? Buffer.allocUnsafeSlow(bytes);
  }

  #takeBack(bytes: number, unused: Buffer | undefined): void {
    this.#freeBytes += bytes;
    if (unused !== undefined) this.#unused.push(unused);
    this.#dropUnused(this.#freeBytes);
    this.#serve();
  }

  /** What is held and what is kept for later must fit into the budget together; the oldest goes first. */
  #dropUnused(roomBytes: number): void {
    let keptBytes = this.#unused.reduce((sum, { length }) => sum + length, 0);
    while (keptBytes > roomBytes) keptBytes -= this.#unused.shift()?.length ?? keptBytes;
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

/** Give it back once, in one of the two ways; a second time does nothing. */
export interface MemoryShare {
  /** As long as was asked for, with whatever was in it before. */
  readonly buffer: Buffer;
  /** Gives the bytes back. The buffer itself may be read until it is forgotten. */
  release(): void;
  /** Gives the bytes back and the buffer with them: nobody may read or write it any more. */
  recycle(): void;
}

class Share implements MemoryShare {
  readonly buffer: Buffer;
  readonly #giveBack: (unused: Buffer | undefined) => void;
  #held = true;

  constructor(buffer: Buffer, giveBack: (unused: Buffer | undefined) => void) {
    this.buffer = buffer;
    this.#giveBack = giveBack;
  }

  release(): void {
    this.#end(undefined);
  }

  recycle(): void {
    this.#end(this.buffer);
  }

  #end(unused: Buffer | undefined): void {
    if (!this.#held) return;
    this.#held = false;
    this.#giveBack(unused);
  }
}
