/**
 * A limit for the bytes that all users of the budget hold at the same time. A request for more waits, first
 * come, first served.
 *
 * Recycled buffers are reused: allocating a gigabyte in new buffers causes a hundred garbage collections,
 * because V8 collects by how much memory outside its heap was allocated.
 */
export class MemoryBudget {
  readonly #totalBytes: number;
  #freeBytes: number;
  /** Recycled buffers, which count as free. */
  readonly #unused: Buffer[] = [];
  readonly #waiting: { readonly bytes: number; readonly go: () => void }[] = [];

  constructor(totalBytes: number) {
    this.#totalBytes = totalBytes;
    this.#freeBytes = totalBytes;
  }

  /**
   * Waits for a buffer. A request larger than the whole budget waits until all of it is free, and then gets
   * what it asked for: otherwise it would wait forever.
   */
  reserve(bytes: number): Promise<MemoryReservation> {
    const granted = Math.min(bytes, this.#totalBytes);
    return new Promise((resolve) => {
      this.#waiting.push({
        bytes: granted,
        go: () =>
          resolve(new Reservation(this.#takeBuffer(bytes), (unused) => this.#takeBack(granted, unused))),
      });
      this.#serve();
    });
  }

  #takeBuffer(bytes: number): Buffer {
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

  /** Used and recycled buffers together stay within the budget; the oldest recycled buffer goes first. */
  #dropUnused(roomBytes: number): void {
    let keptBytes = this.#unused.reduce((sum, { length }) => sum + length, 0);
    while (keptBytes > Math.max(0, roomBytes)) keptBytes -= this.#unused.shift()?.length ?? keptBytes;
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

/** Must be ended once, by `release` or `recycle`; a second call does nothing. */
export interface MemoryReservation {
  /** Of the requested length, with arbitrary content. */
  readonly buffer: Buffer;
  /** Returns the bytes to the budget. The buffer may still be read. */
  release(): void;
  /** Returns the bytes and the buffer, which must not be read or written any more. */
  recycle(): void;
}

class Reservation implements MemoryReservation {
  readonly buffer: Buffer;
  readonly #onEnd: (unused: Buffer | undefined) => void;
  #held = true;

  constructor(buffer: Buffer, onEnd: (unused: Buffer | undefined) => void) {
    this.buffer = buffer;
    this.#onEnd = onEnd;
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
    this.#onEnd(unused);
  }
}
