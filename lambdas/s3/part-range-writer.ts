import type { MemoryBudget, MemoryShare } from './memory-budget.ts';
import { type OpenUpload, uploadPart } from './upload-requests.ts';

/** Parts on their way at once: with the one that fills, a worker holds three. */
const partsInFlight = 2;

export interface PartRangeOptions {
  readonly upload: OpenUpload;
  readonly budget: MemoryBudget;
  /** The first byte that comes is the first of this part. */
  readonly firstPart: number;
  /** How many bytes the part has; undefined: there is none of this number. */
  readonly bytesOf: (part: number) => number | undefined;
  /** Asked before each part but the first. */
  readonly mayBegin: (part: number) => boolean;
  /** Parts that are sent only by `finish`: what comes behind their last byte decides whether they are right. */
  readonly isHeld: (part: number) => boolean;
  readonly onSent: (part: number) => void;
}

/**
 * Cuts bytes that come one after another into parts of an open upload, and sends each as soon as it is full. Whoever stops has
 * lost no more than the part that fills; the next one goes on with it.
 */
export class PartRangeWriter {
  readonly #options: PartRangeOptions;
  readonly #sending = new Set<Promise<void>>();
  #number: number;
  #part: FillingPart | undefined;
  #isFull = false;
  #failure: { readonly cause: unknown } | undefined;
  #isOver = false;

  constructor(options: PartRangeOptions) {
    this.#options = options;
    this.#number = options.firstPart;
  }

  /** No more is taken: all parts have come that were to come, or no other one may begin. */
  get hasEnough(): boolean {
    return this.#isFull;
  }

  /** Undefined: more may follow at once. What comes behind the last part is let go. @throws StorageError of any part. */
  write(chunk: Buffer): Promise<void> | undefined {
    const part = this.#part;
    if (part === undefined || part.filled + chunk.length >= part.bytes) return this.#writeAcrossParts(chunk);
    part.filled += chunk.copy(part.share.buffer, part.filled);
    return undefined;
  }

  /** Sends what was held back, and waits for all that is on its way. @throws StorageError */
  async finish(): Promise<void> {
    const part = this.#part;
    if (part !== undefined && part.filled === part.bytes) this.#send(part);
    else part?.share.release();
    this.#part = undefined;
    await Promise.all(this.#sending);
    if (this.#failure !== undefined) throw this.#failure.cause;
  }

  /** Forgets what is not sent yet, and waits for what is on its way: it is worth keeping. Never throws. */
  async stop(): Promise<void> {
    this.#isOver = true;
    this.#part?.share.release();
    this.#part = undefined;
    await Promise.all(this.#sending);
  }

  async #writeAcrossParts(chunk: Buffer): Promise<void> {
    for (let offset = 0; offset < chunk.length && !this.#isFull; ) {
      const part = this.#part ?? (await this.#newPart());
      if (part.filled === part.bytes) throw new Error(`More came than part ${part.number} has.`);
      const copied = chunk.copy(part.share.buffer, part.filled, offset, offset + part.bytes - part.filled);
      part.filled += copied;
      offset += copied;
      if (part.filled === part.bytes) await this.#ended(part);
    }
  }

  async #newPart(): Promise<FillingPart> {
    const bytes = this.#options.bytesOf(this.#number);
    if (bytes === undefined) throw new Error(`There is no part ${this.#number}.`);
    const share = await this.#options.budget.reserve(bytes);
    if (this.#isOver) {
      share.release();
      throw new Error('The writing of parts was stopped.');
    }
    this.#part = { number: this.#number, bytes, filled: 0, share };
    return this.#part;
  }

  async #ended(part: FillingPart): Promise<void> {
    const { isHeld, bytesOf, mayBegin } = this.#options;
    const next = part.number + 1;
    const isLast = bytesOf(next) === undefined;
    if (isHeld(part.number)) return;
    this.#part = undefined;
    this.#number = next;
    this.#isFull = isLast || !mayBegin(next);
    this.#send(part);
    if (this.#sending.size >= partsInFlight) await Promise.race(this.#sending);
    if (this.#failure !== undefined) throw this.#failure.cause;
  }

  #send({ number, bytes, share }: FillingPart): void {
    const sending = uploadPart(this.#options.upload, number, share.buffer.subarray(0, bytes))
      .then(() => this.#options.onSent(number))
      .catch((cause: unknown) => {
        this.#failure ??= { cause };
      })
      .finally(() => {
        this.#sending.delete(sending);
        share.recycle();
      });
    this.#sending.add(sending);
  }
}

interface FillingPart {
  readonly number: number;
  readonly bytes: number;
  filled: number;
  readonly share: MemoryShare;
}
