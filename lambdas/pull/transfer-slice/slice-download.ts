import type { Slice } from '../../contract/workflow.ts';
import type { ObjectKey } from '../../core/path/object-key.ts';
import { parseRemotePath, type RemotePath } from '../../core/path/remote-path.ts';
import {
  missingParts,
  type PartRange,
  partCount,
  partLength,
  partOffset,
} from '../../core/plan/part-grid.ts';
import { sliceBudgetBytes } from '../../core/plan/part-size.ts';
import { statFile } from '../../ftps/listing/stat-file.ts';
import type { Pool } from '../../ftps/session/pool.ts';
import type { Session } from '../../ftps/session/session.ts';
import { downloadRange } from '../../ftps/transfer/download-range.ts';
import { type Deadline, remainingWorkMs } from '../../runtime/deadline.ts';
import type { Bucket } from '../../s3/bucket.ts';
import { MemoryBudget } from '../../s3/upload/memory-budget.ts';
import type { OpenUpload } from '../../s3/upload/multipart-requests.ts';
import { listParts } from '../../s3/upload/multipart-requests.ts';
import { PartRangeWriter } from '../../s3/upload/part-range-writer.ts';

export interface SliceDownloadOptions {
  readonly inbox: Bucket;
  readonly pool: Pick<Pool, 'use'>;
  readonly deadline: Deadline;
  readonly onBytes: (count: number) => void;
}

/** How much longer than the slowest part so far the next one may take. */
const slowestPartFactor = 1.5;

/** Fetches the missing parts of one slice, range by range, and counts what it sent. */
export class SliceDownload {
  readonly slice: Slice;
  readonly #options: SliceDownloadOptions;
  readonly #upload: OpenUpload;
  readonly #path: RemotePath;
  readonly #budget: MemoryBudget;
  /** Bytes that were received, those of incomplete parts too. */
  bytes = 0;
  partsSent = 0;
  hasHadSession = false;
  #hasFetched = false;
  #slowestPartMs = 0;

  constructor(slice: Slice, options: SliceDownloadOptions) {
    this.slice = slice;
    this.#options = options;
    this.#upload = { bucket: options.inbox, key: slice.key as ObjectKey, uploadId: slice.uploadId };
    this.#path = parseRemotePath(slice.path);
    this.#budget = new MemoryBudget(sliceBudgetBytes(slice));
  }

  /** Whether another part is likely to arrive before the deadline. */
  hasTimeForPart(): boolean {
    return remainingWorkMs(this.#options.deadline) > this.#slowestPartMs * slowestPartFactor;
  }

  /**
   * Fetches the first range of missing parts, as far as there is time. `done`: no part is missing, and the
   * file still had the slice's version after its last byte; or it has another version, or the upload is gone,
   * which ends the slice too.
   * @throws FtpsError, SinkError, StorageError
   */
  async next(): Promise<'more' | 'done'> {
    const stored = await listParts(this.#upload, this.slice);
    if (stored === undefined) return 'done';
    const [missing] = missingParts(this.slice, stored, this.slice);
    if (missing === undefined && !this.#hasFetched) return 'done';
    return this.#options.pool.use(async (session) => {
      this.hasHadSession = true;
      if (!(await this.#hasSameVersion(session)) || missing === undefined) return 'done';
      this.#hasFetched = true;
      await this.#fetch(
        session,
        this.slice.reading === 'from-start' ? { ...missing, firstPart: 1 } : missing,
      );
      return 'more';
    });
  }

  async #hasSameVersion(session: Session): Promise<boolean> {
    const { sizeBytes, modifiedRaw } = this.slice;
    const found = await statFile(session, this.#path);
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
      partLength: (part) => partLength(slice, part),
      mayBegin: (part) => {
        this.#slowestPartMs = Math.max(this.#slowestPartMs, performance.now() - begunMs);
        begunMs = performance.now();
        return part <= lastPart && (slice.reading === 'from-start' || this.hasTimeForPart());
      },
      // Bytes after the last part would prove that the server sent other bytes than REST asked for.
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
