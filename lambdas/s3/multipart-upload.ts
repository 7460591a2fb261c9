import { crc32 } from 'node:zlib';
import {
  AbortMultipartUploadCommand,
  CompleteMultipartUploadCommand,
  CreateMultipartUploadCommand,
  ListMultipartUploadsCommand,
  NoSuchUpload,
  UploadPartCommand,
} from '@aws-sdk/client-s3';
import type { ObjectKey } from '../sync/object-key.ts';
import { base64OfCrc } from './base64-of-crc.ts';
import type { Bucket } from './bucket.ts';
import { type Precondition, preconditionHeaders } from './precondition.ts';
import { storageError } from './storage-error.ts';

/** Parts on their way at once for one object: one travels while the next one fills. */
const partsInFlight = 2;

interface Target {
  readonly bucket: Bucket;
  readonly key: ObjectKey;
}

/** One multipart upload: parts are sent side by side, and nothing is visible before `complete`. */
export class MultipartUpload {
  readonly #target: Target;
  readonly #uploadId: string;
  readonly #parts: { PartNumber: number; ETag: string; ChecksumCRC32: string }[] = [];
  readonly #sending = new Set<Promise<void>>();
  #failure: unknown;
  #partCount = 0;

  private constructor(target: Target, uploadId: string) {
    this.#target = target;
    this.#uploadId = uploadId;
  }

  /** Begins an upload, after removing what a run that was killed may have left open at the key. @throws StorageError */
  static async begin(
    options: Target & { readonly metadata: Readonly<Record<string, string>> },
  ): Promise<MultipartUpload> {
    const { bucket, key } = options;
    try {
      await abandonOpenUploads({ bucket, key });
      const { UploadId = '' } = await bucket.client.send(
        new CreateMultipartUploadCommand({
          Bucket: bucket.name,
          Key: key,
          Metadata: { ...options.metadata },
          ChecksumAlgorithm: 'CRC32',
          ChecksumType: 'FULL_OBJECT',
        }),
      );
      return new MultipartUpload({ bucket, key }, UploadId);
    } catch (cause) {
      throw storageError(`begin the upload of ${bucket.name}/${key}`, cause);
    }
  }

  /**
   * Sends the next part; resolves when another may be given. `onSent` is called when its memory is free again,
   * also when it failed. @throws StorageError of this or an earlier part.
   */
  async send(body: Buffer, onSent: () => void): Promise<void> {
    this.#partCount += 1;
    const sending = this.#sendPart(body, this.#partCount)
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
  async complete(whole: {
    readonly sizeBytes: number;
    /** CRC-32 of the whole object as S3 writes it: S3 refuses to publish anything else. */
    readonly checksum: string;
    readonly precondition: Precondition;
  }): Promise<{ readonly etag: string; readonly versionId: string | undefined }> {
    await Promise.all(this.#sending);
    if (this.#failure !== undefined) throw this.#failure;
    const { bucket, key } = this.#target;
    const Parts = this.#parts.toSorted((a, b) => a.PartNumber - b.PartNumber);
    try {
      const answer = await bucket.client.send(
        new CompleteMultipartUploadCommand({
          Bucket: bucket.name,
          Key: key,
          UploadId: this.#uploadId,
          MultipartUpload: { Parts },
          ChecksumCRC32: whole.checksum,
          ChecksumType: 'FULL_OBJECT',
          MpuObjectSize: whole.sizeBytes,
          ...preconditionHeaders(whole.precondition),
        }),
      );
      return { etag: answer.ETag ?? '', versionId: answer.VersionId };
    } catch (cause) {
      throw storageError(`complete the upload of ${bucket.name}/${key}`, cause);
    }
  }

  /** Removes the parts. What fails here is left to the lifecycle rule: the transfer's own error must not be hidden by it. */
  async abort(): Promise<void> {
    await Promise.all(this.#sending);
    await abortUpload(this.#target, this.#uploadId).catch(() => undefined);
  }

  async #sendPart(body: Buffer, number: number): Promise<void> {
    const { bucket, key } = this.#target;
    const checksum = base64OfCrc(crc32(body));
    try {
      const { ETag = '' } = await bucket.client.send(
        new UploadPartCommand({
          Bucket: bucket.name,
          Key: key,
          UploadId: this.#uploadId,
          PartNumber: number,
          Body: body,
          ContentLength: body.length,
          ChecksumCRC32: checksum,
        }),
      );
      this.#parts.push({ PartNumber: number, ETag, ChecksumCRC32: checksum });
    } catch (cause) {
      throw storageError(`send part ${number} of ${bucket.name}/${key}`, cause);
    }
  }
}

/** The lease makes this run the only one that may write the key, so whatever is open there belongs to a dead one. */
async function abandonOpenUploads(target: Target): Promise<void> {
  const { bucket, key } = target;
  const { Uploads = [] } = await bucket.client.send(
    new ListMultipartUploadsCommand({ Bucket: bucket.name, Prefix: key }),
  );
  for (const upload of Uploads) {
    if (upload.Key !== key || upload.UploadId === undefined) continue;
    await abortUpload(target, upload.UploadId).catch((cause: unknown) => {
      // The lifecycle rule, or the dead run after all, was quicker: it is gone, which is what was wanted.
      if (!(cause instanceof NoSuchUpload)) throw cause;
    });
  }
}

async function abortUpload({ bucket, key }: Target, uploadId: string): Promise<void> {
  await bucket.client.send(
    new AbortMultipartUploadCommand({ Bucket: bucket.name, Key: key, UploadId: uploadId }),
  );
}
