import type { ObjectKey } from '../sync/object-key.ts';
import type { Bucket } from './bucket.ts';
import {
  abandonUploads,
  abortUpload,
  completeUpload,
  createUpload,
  type OpenUpload,
  type StoredPart,
  uploadPart,
  type WholeObject,
} from './upload-requests.ts';

/** Parts on their way at once for one object: one travels while the next one fills. */
const partsInFlight = 2;

/** One multipart upload: parts are sent side by side, and nothing is visible before `complete`. */
export class MultipartUpload {
  readonly #upload: OpenUpload;
  readonly #parts: StoredPart[] = [];
  readonly #sending = new Set<Promise<void>>();
  #failure: unknown;
  #partCount = 0;

  private constructor(upload: OpenUpload) {
    this.#upload = upload;
  }

  /** Begins an upload, after removing what a run that was killed may have left open at the key. @throws StorageError */
  static async begin(options: {
    readonly bucket: Bucket;
    readonly key: ObjectKey;
    readonly metadata: Readonly<Record<string, string>>;
  }): Promise<MultipartUpload> {
    await abandonUploads(options);
    return new MultipartUpload(await createUpload(options, options.metadata));
  }

  /**
   * Sends the next part; resolves when another may be given. `onSent` is called when its memory is free again,
   * also when it failed. @throws StorageError of this or an earlier part.
   */
  async send(body: Buffer, onSent: () => void): Promise<void> {
    this.#partCount += 1;
    const sending = uploadPart(this.#upload, this.#partCount, body)
      .then((part) => void this.#parts.push(part))
      .catch((cause: unknown) => {
        this.#failure ??= cause;
      })
      .finally(() => {
        this.#sending.delete(sending);
        onSent();
      });
    this.#sending.add(sending);
    if (this.#sending.size >= partsInFlight) await Promise.race(this.#sending);
    if (this.#failure !== undefined) throw this.#failure;
  }

  /** @throws StorageError */
  async complete(
    whole: WholeObject,
  ): Promise<{ readonly etag: string; readonly versionId: string | undefined }> {
    await Promise.all(this.#sending);
    if (this.#failure !== undefined) throw this.#failure;
    const parts = this.#parts.toSorted((a, b) => a.number - b.number);
    return completeUpload(this.#upload, parts, whole);
  }

  /** Removes the parts. What fails here is left to the lifecycle rule: the transfer's own error must not be hidden by it. */
  async abort(): Promise<void> {
    await Promise.all(this.#sending);
    await abortUpload(this.#upload).catch(() => undefined);
  }
}
