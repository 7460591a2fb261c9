import { crc32 } from 'node:zlib';
import {
  AbortMultipartUploadCommand,
  CompleteMultipartUploadCommand,
  CreateMultipartUploadCommand,
  ListMultipartUploadsCommand,
  ListPartsCommand,
  type ListPartsCommandOutput,
  NoSuchUpload,
  UploadPartCommand,
} from '@aws-sdk/client-s3';
import { maxParts } from '../../core/plan/part-size.ts';
import { storageError } from '../storage-error.ts';
import { crcToBase64 } from './crc32.ts';
import { type Precondition, preconditionHeaders } from './precondition.ts';
import { type OwnObject, type PublishedVersion, publishOnce } from './publish-once.ts';
import type { UploadTarget } from './upload-target.ts';

/** The requests of a multipart upload. All functions throw StorageError. */

/** An upload that is neither completed nor aborted. */
export interface OpenUpload extends UploadTarget {
  readonly uploadId: string;
}

/** A part that S3 has stored. */
export interface StoredPart {
  /** From 1. */
  readonly number: number;
  readonly sizeBytes: number;
  readonly etag: string;
  /** CRC-32 in base64. */
  readonly crc32: string;
}

/** Begins an upload with a full-object CRC-32, which does not depend on how the object is cut into parts. */
export async function createUpload(
  target: UploadTarget,
  metadata: Readonly<Record<string, string>>,
): Promise<OpenUpload> {
  const { bucket, key } = target;
  try {
    const { UploadId: uploadId = '' } = await bucket.client.send(
      new CreateMultipartUploadCommand({
        Bucket: bucket.name,
        Key: key,
        Metadata: { ...metadata },
        ChecksumAlgorithm: 'CRC32',
        ChecksumType: 'FULL_OBJECT',
      }),
    );
    return { bucket, key, uploadId };
  } catch (cause) {
    throw storageError(`begin the upload of ${bucket.name}/${key}`, cause);
  }
}

/** Uploads a part, in place of an earlier part with this number. */
export async function uploadPart(upload: OpenUpload, number: number, body: Buffer): Promise<StoredPart> {
  const { bucket, key, uploadId } = upload;
  const checksum = crcToBase64(crc32(body));
  try {
    const { ETag = '' } = await bucket.client.send(
      new UploadPartCommand({
        Bucket: bucket.name,
        Key: key,
        UploadId: uploadId,
        PartNumber: number,
        Body: body,
        ContentLength: body.length,
        ChecksumCRC32: checksum,
      }),
    );
    return { number, sizeBytes: body.length, etag: ETag, crc32: checksum };
  } catch (cause) {
    throw storageError(`upload part ${number} of ${bucket.name}/${key}`, cause);
  }
}

/** Part numbers, both inclusive. */
interface PartNumbers {
  readonly firstPart: number;
  readonly lastPart: number;
}

const allPartNumbers: PartNumbers = { firstPart: 1, lastPart: maxParts };

/**
 * The parts that S3 has stored, ascending; an interrupted transfer resumes from them. Undefined if there is
 * no such upload: it was completed, aborted, or removed by the bucket's lifecycle rule.
 */
export async function listParts(
  { bucket, key, uploadId }: OpenUpload,
  { firstPart, lastPart }: PartNumbers = allPartNumbers,
): Promise<readonly StoredPart[] | undefined> {
  const parts: StoredPart[] = [];
  try {
    for (let marker: string | undefined = String(firstPart - 1); marker !== undefined; ) {
      const page: ListPartsCommandOutput = await bucket.client.send(
        new ListPartsCommand({
          Bucket: bucket.name,
          Key: key,
          UploadId: uploadId,
          PartNumberMarker: marker,
          MaxParts: Math.min(1000, lastPart - Number(marker)),
        }),
      );
      for (const { PartNumber = 0, Size = 0, ETag = '', ChecksumCRC32 = '' } of page.Parts ?? []) {
        if (PartNumber <= lastPart)
          parts.push({ number: PartNumber, sizeBytes: Size, etag: ETag, crc32: ChecksumCRC32 });
      }
      marker = page.IsTruncated === true ? page.NextPartNumberMarker : undefined;
      if (marker !== undefined && Number(marker) >= lastPart) marker = undefined;
    }
    return parts;
  } catch (cause) {
    if (cause instanceof NoSuchUpload) return undefined;
    throw storageError(`list the parts of ${bucket.name}/${key}`, cause);
  }
}

/** What the parts must amount to. S3 refuses to publish anything else. */
export interface WholeObject extends OwnObject {
  readonly precondition: Precondition;
}

/**
 * Publishes the object under the precondition. @param parts all of them, ascending.
 * @throws StorageError, `conflict` if another object is at the key, the upload was aborted, or a part was
 * replaced.
 */
export function completeUpload(
  upload: OpenUpload,
  parts: readonly StoredPart[],
  whole: WholeObject,
): Promise<PublishedVersion> {
  return publishOnce(upload, whole, () => sendCompletion(upload, parts, whole));
}

async function sendCompletion(
  upload: OpenUpload,
  parts: readonly StoredPart[],
  whole: WholeObject,
): Promise<PublishedVersion> {
  const { bucket, key, uploadId } = upload;
  const Parts = parts.map(({ number, etag, crc32: ChecksumCRC32 }) => {
    return { PartNumber: number, ETag: etag, ChecksumCRC32 };
  });
  try {
    const answer = await bucket.client.send(
      new CompleteMultipartUploadCommand({
        Bucket: bucket.name,
        Key: key,
        UploadId: uploadId,
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

/** Removes the upload and its parts. An upload that no longer exists is no error. */
export async function abortUpload({ bucket, key, uploadId }: OpenUpload): Promise<void> {
  const command = new AbortMultipartUploadCommand({ Bucket: bucket.name, Key: key, UploadId: uploadId });
  await bucket.client.send(command).catch((cause: unknown) => {
    if (!(cause instanceof NoSuchUpload))
      throw storageError(`abort the upload of ${bucket.name}/${key}`, cause);
  });
}

/**
 * Aborts the open uploads at the key, except the one to keep. The caller must hold the lease of the flow:
 * then any other open upload at the key belongs to a run that has ended.
 */
export async function abortOtherUploads(target: UploadTarget, keptUploadId?: string): Promise<void> {
  const { bucket, key } = target;
  try {
    const { Uploads = [] } = await bucket.client.send(
      new ListMultipartUploadsCommand({ Bucket: bucket.name, Prefix: key }),
    );
    for (const { Key, UploadId } of Uploads) {
      if (Key !== key || UploadId === undefined || UploadId === keptUploadId) continue;
      await abortUpload({ bucket, key, uploadId: UploadId });
    }
  } catch (cause) {
    throw storageError(`list the uploads of ${bucket.name}/${key}`, cause);
  }
}
