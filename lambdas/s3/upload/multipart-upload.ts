import type { ObjectKey } from '../../core/path/object-key.ts';
import { maxPartsInFlight } from '../../core/plan/part-size.ts';
import type { Bucket } from '../bucket.ts';
import {
  abortOtherUploads,
  abortUpload,
  completeUpload,
  createUpload,
  type OpenUpload,
  type StoredPart,
  uploadPart,
  type WholeObject,
} from './multipart-requests.ts';
import type { PublishedVersion } from './publish-once.ts';

/** One multipart upload. Parts are sent in parallel, and nothing is visible before `complete`. */
export class MultipartUpload {
  readonly #upload: OpenUpload;
  readonly #parts: StoredPart[] = [];
  readonly #sending = new Set<Promise<void>>();
  #error: unknown;
  #partCount = 0;

  private constructor(upload: OpenUpload) {
    this.#upload = upload;
  }

  /**
   * Begins an upload, and aborts uploads that a killed run may have left open at the key.
   * @throws StorageError
   */
  static async begin(options: {
    readonly bucket: Bucket;
    readonly key: ObjectKey;
    readonly metadata: Readonly<Record<string, string>>;
  }): Promise<MultipartUpload> {
    await abortOtherUploads(options);
    return new MultipartUpload(await createUpload(options, options.metadata));
  }

  /**
   * Sends the next part, and resolves when the next one may be sent.
   * @param onSent called when the part's memory is free again, also after an error.
   * @throws StorageError of this or an earlier part.
   */
  async send(body: Buffer, onSent: () => void): Promise<void> {
    this.#partCount += 1;
    const sending = uploadPart(this.#upload, this.#partCount, body)
      .then((part) => void this.#parts.push(part))
      .catch((cause: unknown) => {
        this.#error ??= cause;
      })
      .finally(() => {
        this.#sending.delete(sending);
        onSent();
      });
    this.#sending.add(sending);
    if (this.#sending.size >= maxPartsInFlight) await Promise.race(this.#sending);
    if (this.#error !== undefined) throw this.#error;
  }

  /** Waits for all parts, and publishes the object. @throws StorageError */
  async complete(whole: WholeObject): Promise<PublishedVersion> {
    await Promise.all(this.#sending);
    if (this.#error !== undefined) throw this.#error;
    const parts = this.#parts.toSorted((a, b) => a.number - b.number);
    return completeUpload(this.#upload, parts, whole);
  }

  /**
   * Removes the parts. An error is ignored, so that it does not hide the transfer's own: the bucket's
   * lifecycle rule removes the parts later.
   */
  async abort(): Promise<void> {
    await Promise.all(this.#sending);
    await abortUpload(this.#upload).catch(() => undefined);
  }
}
