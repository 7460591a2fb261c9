import {
  isStuck,
  minResumeBytes,
  startCheckpoint,
  type UploadCheckpoint,
  type UploadStart,
  uploadStart,
} from '../../core/delivery/resume-upload.ts';

/** Invocation after invocation was lost during the upload, and what is at the partner has not grown. */
export class UploadStuckError extends Error {
  override readonly name = 'UploadStuckError';
}

export interface UploadFacts {
  readonly versionId: string;
  /** The staging name of this try. */
  readonly staging: string;
  readonly sizeBytes: number;
  /** What the ledger has of this version. */
  readonly mark: UploadCheckpoint | undefined;
  /** Whether the upload is expected to take a good part of an invocation, or more. */
  readonly isLarge: boolean;
  /** Whether the message was received so often that its function may be lost at each try. */
  readonly isReceivedTooOften: boolean;
}

/**
 * How far the upload of one version has come, as the next invocation reads it in the ledger. An object of
 * usual size, which one invocation uploads, costs no write.
 */
export class UploadProgress {
  readonly sizeBytes: number;
  readonly #facts: UploadFacts;
  readonly #record: (mark: UploadCheckpoint) => Promise<void>;
  #mark: UploadCheckpoint | undefined;
  #hasGrown = false;
  /** The size with which the last invocation closed the file. The ledger has none while this one uploads. */
  #closedBytes: number | undefined;

  /** @param record writes to the ledger. */
  constructor(facts: UploadFacts, record: (mark: UploadCheckpoint) => Promise<void>) {
    this.sizeBytes = facts.sizeBytes;
    this.#facts = facts;
    this.#mark = facts.mark;
    this.#closedBytes = facts.mark?.closedBytes;
    this.#record = record;
  }

  /** The staging name that the ledger's checkpoint is about. */
  get checkpoint(): string | undefined {
    return this.#facts.mark?.staging;
  }

  /** Says which file has the staging name of this try now; undefined: none. */
  resume(claimed: string | undefined): void {
    if (claimed === undefined || claimed !== this.checkpoint) this.#closedBytes = undefined;
  }

  /** Whether something worth resuming may be under the staging name. */
  get mayResume(): boolean {
    const { isLarge, sizeBytes } = this.#facts;
    return isLarge || this.#mark !== undefined || sizeBytes >= minResumeBytes;
  }

  /** The size with which the last invocation closed the file; undefined: it did not. */
  get closedBytes(): number | undefined {
    return this.#closedBytes;
  }

  /** Whether the last invocation closed the file itself, so that no session writes there any more. */
  get isClosed(): boolean {
    return this.#closedBytes !== undefined;
  }

  /** Whether more was found under the staging name than by the invocation before. */
  get hasGrown(): boolean {
    return this.#hasGrown;
  }

  /** Whether the server has been seen to resume this file after REST. */
  get restart(): UploadCheckpoint['restart'] {
    return this.#mark?.restart;
  }

  /**
   * Records that an invocation begins with `stagedBytes` under the staging name, before it sends any.
   * @returns how it starts.
   * @throws UploadStuckError after ten invocations without progress. The message goes to the dead-letter
   * queue.
   */
  async begin(stagedBytes: number | undefined): Promise<UploadStart> {
    const start = this.startFrom(stagedBytes);
    const isSpread = this.#mark !== undefined || this.#facts.isLarge || start.kind !== 'from-start';
    if (!isSpread && !this.#facts.isReceivedTooOften) return start;
    const { mark, hasGrown } = startCheckpoint(this.#facts, this.#mark, stagedBytes);
    this.#hasGrown = hasGrown;
    if (isStuck(mark)) {
      // A redriven message gets as many invocations again.
      await this.#save({ ...mark, stalledInvocations: 0 });
      throw new UploadStuckError(
        `${mark.stalledInvocations} invocations in a row were lost while they uploaded the object, and ${stagedBytes ?? 'no'} of ${this.sizeBytes} bytes are at the partner. Find out in the log of push-file how they ended, then redrive the message.`,
      );
    }
    await this.#save(mark);
    return start;
  }

  /** How to resume from what is under the staging name. */
  startFrom(stagedBytes: number | undefined): UploadStart {
    const { sizeBytes, isLarge } = this.#facts;
    const mark = this.#mark && { ...this.#mark, closedBytes: this.#closedBytes };
    return uploadStart({ sizeBytes, stagedBytes, mark, isLarge });
  }

  /** Records how the server answers when it should resume a file. */
  async learn(behaviour: Partial<Pick<UploadCheckpoint, 'restart' | 'append'>>): Promise<void> {
    await this.#save({ ...this.#currentMark(), ...behaviour });
  }

  /** Records that the file was closed properly with this size. */
  async close(closedBytes: number): Promise<void> {
    await this.#save({ ...this.#currentMark(), closedBytes });
  }

  /** Records that this invocation sends nothing, so that what the last one closed stays valid. */
  async postpone(): Promise<void> {
    if (this.#closedBytes !== undefined) await this.close(this.#closedBytes);
  }

  #currentMark(): UploadCheckpoint {
    return this.#mark ?? startCheckpoint(this.#facts, undefined).mark;
  }

  async #save(mark: UploadCheckpoint): Promise<void> {
    this.#mark = mark;
    await this.#record(mark);
  }
}
