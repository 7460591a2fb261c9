import { maxPartsInFlight } from '../../core/plan/part-size.ts';
import type { MemoryBudget, MemoryReservation } from './memory-budget.ts';
import { type OpenUpload, uploadPart } from './multipart-requests.ts';

export interface PartRangeOptions {
  readonly upload: OpenUpload;
  readonly budget: MemoryBudget;
  /** The number of the part that the first byte written belongs to. */
  readonly firstPart: number;
  /** The size of a part; undefined: there is no such part. */
  readonly partLength: (part: number) => number | undefined;
  /** Called before each part but the first; false ends the writing. */
  readonly mayBegin: (part: number) => boolean;
  /**
   * Parts that only `finish` sends: bytes after their end would prove that the content is wrong.
   */
  readonly isHeld: (part: number) => boolean;
  readonly onSent: (part: number) => void;
}

/**
 * Cuts a stream of bytes into parts of an open upload, and sends each part as soon as it is full. A writer
 * that is stopped loses only the part that is being filled; another writer can resume with that part.
 */
export class PartRangeWriter {
  readonly #options: PartRangeOptions;
  readonly #sending = new Set<Promise<void>>();
  #number: number;
  #part: FillingPart | undefined;
  #isFull = false;
  #error: { readonly cause: unknown } | undefined;
  #isStopped = false;

  constructor(options: PartRangeOptions) {
    this.#options = options;
    this.#number = options.firstPart;
  }

  /** Whether no more bytes are accepted: all parts are full, or no other part may begin. */
  get hasEnough(): boolean {
    return this.#isFull;
  }

  /**
   * Takes a copy of the chunk; bytes after the last part are ignored. Returns undefined if the next chunk may
   * follow at once; otherwise await the promise first.
   * @throws StorageError of any part.
   */
  write(chunk: Buffer): Promise<void> | undefined {
    const part = this.#part;
    if (part === undefined || part.filled + chunk.length >= part.bytes) return this.#writeAcrossParts(chunk);
    part.filled += chunk.copy(part.reservation.buffer, part.filled);
    return undefined;
  }

  /** Sends the held part, and waits for all parts in flight. @throws StorageError */
  async finish(): Promise<void> {
    const part = this.#part;
    if (part !== undefined && part.filled === part.bytes) this.#send(part);
    else part?.reservation.release();
    this.#part = undefined;
    await Promise.all(this.#sending);
    if (this.#error !== undefined) throw this.#error.cause;
  }

  /** Discards what is not sent yet, and waits for the parts in flight, which are kept. Never throws. */
  async stop(): Promise<void> {
    this.#isStopped = true;
    this.#part?.reservation.release();
    this.#part = undefined;
    await Promise.all(this.#sending);
  }

  async #writeAcrossParts(chunk: Buffer): Promise<void> {
    for (let offset = 0; offset < chunk.length && !this.#isFull; ) {
      const part = this.#part ?? (await this.#newPart());
      if (part.filled === part.bytes) throw new Error(`Part ${part.number} received more bytes than it has.`);
      const copied = chunk.copy(
        part.reservation.buffer,
        part.filled,
        offset,
        offset + part.bytes - part.filled,
      );
      part.filled += copied;
      offset += copied;
      if (part.filled === part.bytes) await this.#endPart(part);
    }
  }

  async #newPart(): Promise<FillingPart> {
    const bytes = this.#options.partLength(this.#number);
    if (bytes === undefined) throw new Error(`The upload has no part ${this.#number}.`);
    // All buffers have the length of a whole part, so that the last part uses the same one.
    const reservation = await this.#options.budget.reserve(this.#options.partLength(1) ?? bytes);
    if (this.#isStopped) {
      reservation.release();
      throw new Error('The part writer was stopped.');
    }
    this.#part = { number: this.#number, bytes, filled: 0, reservation };
    return this.#part;
  }

  async #endPart(part: FillingPart): Promise<void> {
    const { isHeld, partLength, mayBegin } = this.#options;
    const next = part.number + 1;
    const isLast = partLength(next) === undefined;
    if (isHeld(part.number)) return;
    this.#part = undefined;
    this.#number = next;
    this.#isFull = isLast || !mayBegin(next);
    this.#send(part);
    if (this.#sending.size >= maxPartsInFlight) await Promise.race(this.#sending);
    if (this.#error !== undefined) throw this.#error.cause;
  }

  #send({ number, bytes, reservation }: FillingPart): void {
    const sending = uploadPart(this.#options.upload, number, reservation.buffer.subarray(0, bytes))
      .then(() => this.#options.onSent(number))
      .catch((cause: unknown) => {
        this.#error ??= { cause };
      })
      .finally(() => {
        this.#sending.delete(sending);
        reservation.recycle();
      });
    this.#sending.add(sending);
  }
}

interface FillingPart {
  readonly number: number;
  readonly bytes: number;
  filled: number;
  readonly reservation: MemoryReservation;
}
