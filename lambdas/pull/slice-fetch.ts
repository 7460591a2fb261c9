import type { Slice } from '../contract/workflow.ts';
import { downloadRange } from '../ftps/download-range.ts';
import { lookAt } from '../ftps/look-at.ts';
import type { Pool } from '../ftps/pool.ts';
import type { Session } from '../ftps/session.ts';
import { type Deadline, workLeftMs } from '../runtime/deadline.ts';
import type { Bucket } from '../s3/bucket.ts';
import { listParts } from '../s3/list-parts.ts';
import { MemoryBudget } from '../s3/memory-budget.ts';
import { PartRangeWriter } from '../s3/part-range-writer.ts';
import type { OpenUpload } from '../s3/upload-requests.ts';
import type { ObjectKey } from '../sync/object-key.ts';
import { parseRemotePath, type RemotePath } from '../sync/remote-path.ts';
import { bytesOfPart, missingParts, type PartRange, partCount, partOffset } from '../sync/slice.ts';

export interface SliceFetchOptions {
  readonly inbox: Bucket;
  readonly pool: Pick<Pool, 'use'>;
  readonly deadline: Deadline;
  readonly onBytes: (count: number) => void;
}

/** What a worker holds of a file at most, whatever the parts' size: one part that fills, and two on their way. */
const partsHeld = 3;
const mostBytesHeld = 384 * 1024 * 1024;

/** A part takes as long as the one before it, give or take so much. */
const uncertainty = 1.5;

/** Fetches one slice's missing parts, run by run, and knows how far it came. */
export class SliceFetch {
  readonly slice: Slice;
  readonly #options: SliceFetchOptions;
  readonly #upload: OpenUpload;
  readonly #path: RemotePath;
  readonly #budget: MemoryBudget;
  /** Received, also of parts that were never full. */
  bytes = 0;
  partsSent = 0;
  hasHadSession = false;
  #hasFetched = false;
  #slowestPartMs = 0;

  constructor(slice: Slice, options: SliceFetchOptions) {
    this.slice = slice;
    this.#options = options;
    this.#upload = { bucket: options.inbox, key: slice.key as ObjectKey, uploadId: slice.uploadId };
    this.#path = parseRemotePath(slice.path);
    this.#budget = new MemoryBudget(
      Math.min(partsHeld * Math.min(slice.partBytes, slice.sizeBytes), mostBytesHeld),
    );
  }

  /** Whether another part is likely to arrive before the work must stop. */
  mayGoOn(): boolean {
    return workLeftMs(this.#options.deadline) > this.#slowestPartMs * uncertainty;
  }

  /**
   * Fetches the first run of parts that are missing, as far as there is time. `done`: none is, and the file was seen as it should be
   * after the last byte came; or it is another file now, or the upload is no more, which ends the slice too.
   * @throws FtpsError, SinkError, StorageError
   */
  async next(): Promise<'more' | 'done'> {
    const stored = await listParts(this.#upload, this.slice);
    if (stored === undefined) return 'done';
    const [missing] = missingParts(this.slice, stored, this.slice);
    if (missing === undefined && !this.#hasFetched) return 'done';
    return this.#options.pool.use(async (session) => {
      this.hasHadSession = true;
      if (!(await this.#isSameFile(session)) || missing === undefined) return 'done';
      this.#hasFetched = true;
      await this.#fetch(
        session,
        this.slice.reading === 'from-start' ? { ...missing, firstPart: 1 } : missing,
      );
      return 'more';
    });
  }

  async #isSameFile(session: Session): Promise<boolean> {
    const { sizeBytes, modifiedRaw } = this.slice;
    const found = await lookAt(session, this.#path);
    return found?.sizeBytes === sizeBytes && found.modified?.raw === modifiedRaw;
  }

  async #fetch(session: Session, { firstPart, lastPart }: PartRange): Promise<void> {
    const { slice } = this;
    const { signal } = this.#options.deadline;
    let begunMs = performance.now();
    const writer = new PartRangeWriter({
      upload: this.#upload,
      budget: this.#budget,
      firstPart,
      bytesOf: (part) => bytesOfPart(slice, part),
      mayBegin: (part) => {
        this.#slowestPartMs = Math.max(this.#slowestPartMs, performance.now() - begunMs);
        begunMs = performance.now();
        return part <= lastPart && (slice.reading === 'from-start' || this.mayGoOn());
      },
      // More bytes behind the last one would mean that all of them are others than they seem.
      isHeld: (part) => part === partCount(slice),
      onSent: () => {
        this.partsSent += 1;
      },
    });
    const range = { path: this.#path, sizeBytes: slice.sizeBytes, offset: partOffset(slice, firstPart) };
    try {
      await downloadRange(session, range, writer, {
        signal,
        onBytes: (count) => {
          this.bytes += count;
          this.#options.onBytes(count);
        },
      });
      await writer.finish();
    } catch (error) {
      await writer.stop();
      throw error;
    }
  }
}
