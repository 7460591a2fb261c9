import { createHash } from 'node:crypto';
import { crc32 } from 'node:zlib';
import type { ObjectKey } from '../sync/object-key.ts';
import { base64OfCrc } from './base64-of-crc.ts';
import type { Bucket } from './bucket.ts';
import { lookAtObject } from './look-at-object.ts';
import type { MemoryBudget, MemoryShare } from './memory-budget.ts';
import { MultipartUpload } from './multipart-upload.ts';
import { partSizeBytes } from './part-size.ts';
import type { Precondition } from './precondition.ts';
import { putWhole } from './put-whole.ts';
import { StorageError } from './storage-error.ts';

export interface ObjectWriterOptions {
  readonly bucket: Bucket;
  readonly key: ObjectKey;
  /** A guess: it sets the part size. Fewer or more bytes are fine. */
  readonly expectedBytes: number;
  readonly metadata: Readonly<Record<string, string>>;
  readonly precondition: Precondition;
  readonly budget: MemoryBudget;
}

/** A published object. */
export interface Published {
  readonly etag: string;
  readonly versionId: string | undefined;
  readonly sizeBytes: number;
  /** Lower-case hex, of the bytes written. */
  readonly sha256: string;
  /** CRC-32 of them as S3 writes it: base64. */
  readonly crc32: string;
}

/**
 * Takes bytes and shows nothing of them until `commit`: what fits into one part is put whole, anything longer becomes a
 * multipart upload. There is no `end`: who does not commit has published nothing, and must `abort`.
 */
export class ObjectWriter {
  readonly #options: ObjectWriterOptions;
  readonly #partBytes: number;
  readonly #sha256 = createHash('sha256');
  #crc32 = 0;
  #sizeBytes = 0;
  #part: FillingPart | undefined;
  #upload: Promise<MultipartUpload> | undefined;
  /** Why nothing may be published any more: a write failed, or the writer was aborted. */
  #over: { readonly reason: unknown } | undefined;

  constructor(options: ObjectWriterOptions) {
    this.#options = options;
    this.#partBytes = partSizeBytes(options.expectedBytes);
  }

  /** Undefined: more may follow at once. A promise: wait for it first; it rejects where an upload of a part failed. */
  write(chunk: Buffer): Promise<void> | undefined {
    this.#sha256.update(chunk);
    this.#crc32 = crc32(chunk, this.#crc32);
    this.#sizeBytes += chunk.length;
    const part = this.#part;
    if (this.#over !== undefined || part === undefined || part.filled + chunk.length > part.buffer.length)
      return this.#writeAcrossParts(chunk);
    part.filled += chunk.copy(part.buffer, part.filled);
    return undefined;
  }

  /**
   * Publishes the object under the precondition, with a CRC-32 of the whole that S3 compares with what it received.
   * @throws StorageError `conflict` where the precondition did not hold.
   */
  async commit(): Promise<Published> {
    this.#throwIfOver();
    const checksum = base64OfCrc(this.#crc32);
    const { bucket, key } = this.#options;
    const body = this.#part?.buffer.subarray(0, this.#part.filled) ?? Buffer.alloc(0);
    try {
      const { etag, versionId } =
        this.#upload === undefined
          ? await putWhole({ ...this.#options, body, checksum })
          : await this.#completeUpload(await this.#upload, body, checksum);
      return this.#published(etag, versionId);
    } catch (cause) {
      // A retried request whose first answer was lost meets its own success as a conflict.
      if (!(cause instanceof StorageError) || cause.fault !== 'conflict') throw cause;
      const there = await lookAtObject(bucket, key);
      if (there === undefined || !this.#isMine(there.metadata) || there.crc32 !== checksum) throw cause;
      return this.#published(there.etag, there.versionId);
    } finally {
      this.#releasePart();
    }
  }

  /** Of what has been written so far, lower-case hex. */
  sha256(): string {
    return this.#sha256.copy().digest('hex');
  }

  /**
   * Forgets the bytes, also while a write is still under way: it then fails, and keeps nothing of the budget.
   * Parts that cannot be removed now are removed by the bucket's lifecycle rule.
   */
  async abort(): Promise<void> {
    this.#over ??= { reason: new Error(`The writing of ${this.#options.key} was given up.`) };
    this.#releasePart();
    const upload = await this.#upload?.catch(() => undefined);
    await upload?.abort();
  }

  async #writeAcrossParts(chunk: Buffer): Promise<void> {
    try {
      for (let offset = 0; offset < chunk.length; ) {
        this.#throwIfOver();
        const part = await this.#roomyPart(chunk.length - offset);
        const copied = chunk.copy(part.buffer, part.filled, offset);
        part.filled += copied;
        offset += copied;
      }
    } catch (reason) {
      this.#over ??= { reason };
      throw reason;
    }
  }

  #throwIfOver(): void {
    if (this.#over !== undefined) throw this.#over.reason;
  }

  /** A part with room in it: the one at hand, a larger copy of it, or the next after sending it off. */
  async #roomyPart(wantedBytes: number): Promise<FillingPart> {
    const part = this.#part;
    if (part !== undefined && part.filled < part.buffer.length) return part;
    if (part !== undefined && part.buffer.length < this.#partBytes) return this.#enlarge(part);
    if (part !== undefined) await this.#sendOff(part);
    const guess =
      this.#upload === undefined ? Math.max(this.#options.expectedBytes, wantedBytes, 1) : this.#partBytes;
    this.#part = await this.#newPart(Math.min(guess, this.#partBytes));
    return this.#part;
  }

  async #newPart(bytes: number): Promise<FillingPart> {
    const share = await this.#options.budget.reserve(bytes);
    if (this.#over !== undefined) {
      share.release();
      throw this.#over.reason;
    }
    return { buffer: share.buffer, filled: 0, share };
  }

  async #enlarge(part: FillingPart): Promise<FillingPart> {
    // Given back before more is asked for: holding on to a share while waiting for another could starve everybody.
    part.share.release();
    const larger = await this.#newPart(this.#partBytes);
    larger.filled = part.buffer.copy(larger.buffer, 0, 0, part.filled);
    this.#part = larger;
    return larger;
  }

  async #sendOff(part: FillingPart): Promise<void> {
    this.#part = undefined;
    const upload = await this.#beginUpload().catch((cause: unknown) => {
      part.share.release();
      throw cause;
    });
    await upload.send(part.buffer.subarray(0, part.filled), () => part.share.recycle());
  }

  async #beginUpload(): Promise<MultipartUpload> {
    this.#upload ??= MultipartUpload.begin(this.#options);
    const upload = await this.#upload;
    this.#throwIfOver();
    return upload;
  }

  async #completeUpload(upload: MultipartUpload, lastPart: Buffer, checksum: string) {
    if (lastPart.length > 0) await upload.send(lastPart, () => undefined);
    return upload.complete({
      sizeBytes: this.#sizeBytes,
      checksum,
      precondition: this.#options.precondition,
    });
  }

  #isMine(metadata: Readonly<Record<string, string>>): boolean {
    return Object.entries(this.#options.metadata).every(([name, value]) => metadata[name] === value);
  }

  #published(etag: string, versionId: string | undefined): Published {
    const crc = base64OfCrc(this.#crc32);
    return { etag, versionId, sizeBytes: this.#sizeBytes, sha256: this.sha256(), crc32: crc };
  }

  #releasePart(): void {
    this.#part?.share.release();
    this.#part = undefined;
  }
}

interface FillingPart {
  readonly buffer: Buffer;
  filled: number;
  readonly share: MemoryShare;
}
