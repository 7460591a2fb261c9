import { type DeliveryName, recordUpload } from '../ledger/delivery-entries.ts';
import type { Table } from '../ledger/table.ts';
import {
  begunMark,
  isStuck,
  type UploadMark,
  type UploadStart,
  uploadStart,
  worthGoingOnBytes,
} from '../sync/resume-upload.ts';

/** Invocation after invocation was lost amid the upload, and what is at the partner has not grown. */
export class UploadStuckError extends Error {
  override readonly name = 'UploadStuckError';
}

export interface UploadFacts {
  readonly versionId: string;
  readonly sizeBytes: number;
  /** What the ledger has of this version. */
  readonly mark: UploadMark | undefined;
  /** Whether it is expected to take a good part of an invocation, or more. */
  readonly isLarge: boolean;
  /** Whether its message was received more often than deliveries that go well or fail with a word of why. */
  readonly isSuspicious: boolean;
}

/**
 * How far the upload of one version has come, as the next invocation will read it in the ledger. An object of usual size, which
 * goes up in one invocation, costs it nothing.
 */
export class UploadProgress {
  readonly sizeBytes: number;
  readonly #facts: UploadFacts;
  readonly #record: (mark: UploadMark) => Promise<void>;
  #mark: UploadMark | undefined;
  #hasGrown = false;
  /** With how many bytes the last invocation has ended it. The ledger forgets it while this one is at it. */
  readonly #knownEnd: number | undefined;

  constructor(table: Table, name: DeliveryName, facts: UploadFacts) {
    this.sizeBytes = facts.sizeBytes;
    this.#facts = facts;
    this.#mark = facts.mark;
    this.#knownEnd = facts.mark?.endedBytes;
    this.#record = (mark) => recordUpload(table, name, mark);
  }

  /** Whether something may be under the staging name that is worth a look. */
  get mayGoOn(): boolean {
    const { isLarge, sizeBytes } = this.#facts;
    return isLarge || this.#mark !== undefined || sizeBytes >= worthGoingOnBytes;
  }

  /** Whether the last invocation has ended the upload itself, so that nobody writes there any more. */
  get hasEnded(): boolean {
    return this.#knownEnd !== undefined;
  }

  /** Whether more was found under the staging name than by the invocation before. */
  get hasGrown(): boolean {
    return this.#hasGrown;
  }

  /** Whether the server has been seen to go on with this file behind REST. */
  get restart(): UploadMark['restart'] {
    return this.#mark?.restart;
  }

  /** Says that an invocation begins, with what it found. @throws UploadStuckError */
  async begin(stagedBytes: number | undefined): Promise<UploadStart> {
    const start = this.startFrom(stagedBytes);
    const isSpread = this.#mark !== undefined || this.#facts.isLarge || start.kind !== 'anew';
    if (!isSpread && !this.#facts.isSuspicious) return start;
    const { mark, hasGrown } = begunMark(this.#facts.versionId, this.#mark, stagedBytes);
    this.#hasGrown = hasGrown;
    if (isStuck(mark)) {
      // Who moves the dead letter back gets as many invocations again.
      await this.#save({ ...mark, idle: 0 });
      throw new UploadStuckError(
        `${mark.idle} invocations in a row were lost while they uploaded it, and ${stagedBytes ?? 'no'} bytes of ${this.sizeBytes} are there. Look into the log of push-file for how they ended.`,
      );
    }
    await this.#save(mark);
    return start;
  }

  /** How to go on from what is under the staging name. */
  startFrom(stagedBytes: number | undefined): UploadStart {
    const { sizeBytes, isLarge } = this.#facts;
    const mark = this.#mark && { ...this.#mark, endedBytes: this.#knownEnd };
    return uploadStart({ sizeBytes, stagedBytes, mark, isLarge });
  }

  /** Says what the server does when it is to go on with a file. What it has there is not to be used where that is not what was asked. */
  async learn(what: Partial<Pick<UploadMark, 'restart' | 'append'>>): Promise<void> {
    await this.#save({ ...this.#marked(), ...what });
  }

  /** Says that the file was ended with so many bytes, and properly. */
  async end(endedBytes: number): Promise<void> {
    await this.#save({ ...this.#marked(), endedBytes });
  }

  /** Says that nothing was sent after all. */
  async postpone(): Promise<void> {
    if (this.#knownEnd !== undefined) await this.end(this.#knownEnd);
  }

  #marked(): UploadMark {
    return this.#mark ?? begunMark(this.#facts.versionId, undefined).mark;
  }

  async #save(mark: UploadMark): Promise<void> {
    this.#mark = mark;
    await this.#record(mark);
  }
}
