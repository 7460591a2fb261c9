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

/** The requests that a multipart upload is made of. What they throw is a StorageError. */

export interface UploadPlace {
  readonly bucket: Bucket;
  readonly key: ObjectKey;
}

/** An upload that was begun, and is neither completed nor aborted. */
export interface OpenUpload extends UploadPlace {
  readonly uploadId: string;
}

/** A part as S3 has it. */
export interface StoredPart {
  /** From 1. */
  readonly number: number;
  readonly sizeBytes: number;
  readonly etag: string;
  /** CRC-32 as S3 writes it. */
  readonly crc32: string;
}

/** An upload whose checksum is the CRC-32 of all of its bytes, whatever its parts are. */
export async function createUpload(
  place: UploadPlace,
  metadata: Readonly<Record<string, string>>,
): Promise<OpenUpload> {
  const { bucket, key } = place;
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

/** A part of this number that is there already is replaced. */
export async function uploadPart(upload: OpenUpload, number: number, body: Buffer): Promise<StoredPart> {
  const { bucket, key, uploadId } = upload;
  const checksum = base64OfCrc(crc32(body));
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
    throw storageError(`send part ${number} of ${bucket.name}/${key}`, cause);
  }
}

/** What the parts must come to together: S3 refuses to publish anything else. */
export interface WholeObject {
  readonly sizeBytes: number;
  /** CRC-32 as S3 writes it. */
  readonly checksum: string;
  readonly precondition: Precondition;
}

/** @param parts ascending. */
export async function completeUpload(
  upload: OpenUpload,
  parts: readonly StoredPart[],
  whole: WholeObject,
): Promise<{ readonly etag: string; readonly versionId: string | undefined }> {
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

/** Removes the parts. That there is no such upload any more is what was wanted. */
export async function abortUpload({ bucket, key, uploadId }: OpenUpload): Promise<void> {
  const command = new AbortMultipartUploadCommand({ Bucket: bucket.name, Key: key, UploadId: uploadId });
  await bucket.client.send(command).catch((cause: unknown) => {
    if (!(cause instanceof NoSuchUpload))
      throw storageError(`abort the upload of ${bucket.name}/${key}`, cause);
  });
}

/**
 * Aborts what is open at the key, but for the one that is kept. The lease makes this run the only one that may write the key,
 * so whatever else is open there belongs to a dead one.
 */
export async function abandonUploads(place: UploadPlace, keptUploadId?: string): Promise<void> {
  const { bucket, key } = place;
  try {
    const { Uploads = [] } = await bucket.client.send(
      new ListMultipartUploadsCommand({ Bucket: bucket.name, Prefix: key }),
    );
    for (const { Key, UploadId } of Uploads) {
      if (Key !== key || UploadId === undefined || UploadId === keptUploadId) continue;
      await abortUpload({ bucket, key, uploadId: UploadId });
    }
  } catch (cause) {
    throw storageError(`look for uploads of ${bucket.name}/${key}`, cause);
  }
}
