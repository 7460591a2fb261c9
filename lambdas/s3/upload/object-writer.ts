import { createHash } from 'node:crypto';
import { crc32 } from 'node:zlib';
import type { ObjectKey } from '../../core/path/object-key.ts';
import { partSizeBytes } from '../../core/plan/part-size.ts';
import type { Bucket } from '../bucket.ts';
import { crcToBase64 } from './crc32.ts';
import type { MemoryBudget, MemoryReservation } from './memory-budget.ts';
import { MultipartUpload } from './multipart-upload.ts';
import type { Precondition } from './precondition.ts';
import { hasMetadata } from './publish-once.ts';
import { putObject } from './put-object.ts';

export interface ObjectWriterOptions {
  readonly bucket: Bucket;
  readonly key: ObjectKey;
  /** An estimate, from which the part size follows. Fewer or more bytes are fine. */
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
  /** CRC-32 of the bytes written, in base64. */
  readonly crc32: string;
}

/**
 * Writes an object that is not visible before `commit`. Bytes that fit into one part are sent by one
 * PutObject, more by a multipart upload. A caller that does not `commit` must `abort`.
 */
export class ObjectWriter {
  #options: ObjectWriterOptions;
  readonly #partBytes: number;
  readonly #sha256 = createHash('sha256');
  #crc32 = 0;
  #sizeBytes = 0;
  #part: FillingPart | undefined;
  #upload: Promise<MultipartUpload> | undefined;
  /** Set once a write failed or the writer was aborted: nothing may be published any more. */
  #ended: { readonly reason: unknown } | undefined;

  constructor(options: ObjectWriterOptions) {
    this.#options = options;
    this.#partBytes = partSizeBytes(options.expectedBytes);
  }

  /**
   * Adds user metadata that is known only once the transfer has begun. Call it before the first write: S3
   * takes the metadata of a multipart upload when it begins.
   */
  describe(metadata: Readonly<Record<string, string>>): void {
    this.#options = { ...this.#options, metadata: { ...this.#options.metadata, ...metadata } };
  }

  /**
   * Takes a copy of the chunk. Returns undefined if the next chunk may follow at once; otherwise await the
   * promise first, which rejects with StorageError if the upload of a part failed.
   */
  write(chunk: Buffer): Promise<void> | undefined {
    this.#sha256.update(chunk);
    this.#crc32 = crc32(chunk, this.#crc32);
    this.#sizeBytes += chunk.length;
    const part = this.#part;
    if (this.#ended !== undefined || part === undefined || part.filled + chunk.length > part.buffer.length)
      return this.#writeAcrossParts(chunk);
    part.filled += chunk.copy(part.buffer, part.filled);
    return undefined;
  }

  /**
   * Publishes the object under the precondition, with a CRC-32 that S3 compares with the bytes it received.
   * @throws StorageError, `conflict` if the precondition does not hold.
   */
  async commit(): Promise<Published> {
    this.#throwIfEnded();
    const checksum = crcToBase64(this.#crc32);
    const body = this.#part?.buffer.subarray(0, this.#part.filled) ?? Buffer.alloc(0);
    try {
      const { etag, versionId } =
        this.#upload === undefined
          ? await putObject({ ...this.#options, body, checksum })
          : await this.#completeUpload(await this.#upload, body, checksum);
      return this.#published(etag, versionId);
    } finally {
      this.#releasePart();
    }
  }

  /** Of the bytes written so far, lower-case hex. */
  sha256(): string {
    return this.#sha256.copy().digest('hex');
  }

  /**
   * Discards the object. A pending write fails and releases its memory. Parts that cannot be removed now are
   * removed by the bucket's lifecycle rule.
   */
  async abort(): Promise<void> {
    this.#ended ??= { reason: new Error(`The upload of ${this.#options.key} was aborted.`) };
    this.#releasePart();
    const upload = await this.#upload?.catch(() => undefined);
    await upload?.abort();
  }

  async #writeAcrossParts(chunk: Buffer): Promise<void> {
    try {
      for (let offset = 0; offset < chunk.length; ) {
        this.#throwIfEnded();
        const part = await this.#partWithSpace(chunk.length - offset);
        const copied = chunk.copy(part.buffer, part.filled, offset);
        part.filled += copied;
        offset += copied;
      }
    } catch (reason) {
      this.#ended ??= { reason };
      throw reason;
    }
  }

  #throwIfEnded(): void {
    if (this.#ended !== undefined) throw this.#ended.reason;
  }

  /** A part with free space: the current one, a larger copy of it, or a new one after sending it. */
  async #partWithSpace(wantedBytes: number): Promise<FillingPart> {
    const part = this.#part;
    if (part !== undefined && part.filled < part.buffer.length) return part;
    if (part !== undefined && part.buffer.length < this.#partBytes) return this.#enlarge(part);
    if (part !== undefined) await this.#sendPart(part);
    const estimate =
      this.#upload === undefined ? Math.max(this.#options.expectedBytes, wantedBytes, 1) : this.#partBytes;
    this.#part = await this.#newPart(Math.min(estimate, this.#partBytes));
    return this.#part;
  }

  async #newPart(bytes: number): Promise<FillingPart> {
    const reservation = await this.#options.budget.reserve(bytes);
    if (this.#ended !== undefined) {
      reservation.release();
      throw this.#ended.reason;
    }
    return { buffer: reservation.buffer, filled: 0, reservation };
  }

  async #enlarge(part: FillingPart): Promise<FillingPart> {
    // Released before more is requested: holding one reservation while waiting for another could deadlock.
    part.reservation.release();
    const larger = await this.#newPart(this.#partBytes);
    larger.filled = part.buffer.copy(larger.buffer, 0, 0, part.filled);
    this.#part = larger;
    return larger;
  }

  async #sendPart(part: FillingPart): Promise<void> {
    this.#part = undefined;
    const upload = await this.#beginUpload().catch((cause: unknown) => {
      part.reservation.release();
      throw cause;
    });
    await upload.send(part.buffer.subarray(0, part.filled), () => part.reservation.recycle());
  }

  async #beginUpload(): Promise<MultipartUpload> {
    this.#upload ??= MultipartUpload.begin(this.#options);
    const upload = await this.#upload;
    this.#throwIfEnded();
    return upload;
  }

  async #completeUpload(upload: MultipartUpload, lastPart: Buffer, checksum: string) {
    if (lastPart.length > 0) await upload.send(lastPart, () => undefined);
    return upload.complete({
      sizeBytes: this.#sizeBytes,
      checksum,
      precondition: this.#options.precondition,
      isOwnObject: hasMetadata(this.#options.metadata),
    });
  }

  #published(etag: string, versionId: string | undefined): Published {
    const crc = crcToBase64(this.#crc32);
    return { etag, versionId, sizeBytes: this.#sizeBytes, sha256: this.sha256(), crc32: crc };
  }

  #releasePart(): void {
    this.#part?.reservation.release();
    this.#part = undefined;
  }
}

interface FillingPart {
  readonly buffer: Buffer;
  filled: number;
  readonly reservation: MemoryReservation;
}
