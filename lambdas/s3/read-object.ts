import { Readable } from 'node:stream';
import {
  DeleteObjectCommand,
  GetObjectCommand,
  GetObjectTaggingCommand,
  HeadObjectCommand,
  PutObjectTaggingCommand,
} from '@aws-sdk/client-s3';
import type { Bucket } from './bucket.ts';
import { storageError } from './storage-error.ts';

/** One version of one object. */
export interface ObjectVersion {
  readonly key: string;
  readonly versionId: string;
}

/** What is at a key now. */
export interface CurrentObject {
  readonly versionId: string;
  readonly etag: string;
  readonly sizeBytes: number;
}

/** Undefined where there is no object, or its newest version is a delete marker. @throws StorageError */
export async function currentObject(bucket: Bucket, key: string): Promise<CurrentObject | undefined> {
  try {
    const head = await bucket.client.send(new HeadObjectCommand({ Bucket: bucket.name, Key: key }));
    return { versionId: head.VersionId ?? '', etag: head.ETag ?? '', sizeBytes: head.ContentLength ?? 0 };
  } catch (cause) {
    const error = storageError(`look at ${bucket.name}/${key}`, cause);
    if (error.fault === 'missing') return undefined;
    throw error;
  }
}

/** Some bytes of an object, as a stream. Neither empty nor beyond the object's end. */
export interface StreamRange {
  readonly start: number;
  /** The first byte that is not wanted; undefined: to the end. */
  readonly end?: number | undefined;
}

/** The bytes of exactly this version, as a stream. @throws StorageError, `missing` where the version is gone. */
export async function readVersion(
  bucket: Bucket,
  { key, versionId }: ObjectVersion,
  range?: StreamRange,
): Promise<Readable> {
  try {
    const Range = range === undefined ? {} : { Range: rangeText(range) };
    const request = { Bucket: bucket.name, Key: key, VersionId: versionId, ...Range };
    const { Body } = await bucket.client.send(new GetObjectCommand(request));
    if (Body instanceof Readable) return Body;
    throw new Error('the answer has no body');
  } catch (cause) {
    throw storageError(`read ${bucket.name}/${key} version ${versionId}`, cause);
  }
}

/** https://www.rfc-editor.org/rfc/rfc9110#section-14.1.2: the last byte is included. */
function rangeText({ start, end }: StreamRange): string {
  return `bytes=${start}-${end === undefined ? '' : end - 1}`;
}

/**
 * Marks the version for whoever looks at the bucket, and leaves its other tags: S3 itself replaces all of them.
 * @throws StorageError
 */
export async function tagVersion(
  bucket: Bucket,
  version: ObjectVersion,
  tag: { Key: string; Value: string },
): Promise<void> {
  const { key, versionId } = version;
  const request = { Bucket: bucket.name, Key: key, VersionId: versionId };
  try {
    const { TagSet = [] } = await bucket.client.send(new GetObjectTaggingCommand(request));
    const others = TagSet.filter((each) => each.Key !== tag.Key);
    const Tagging = { TagSet: [...others, tag] };
    await bucket.client.send(new PutObjectTaggingCommand({ ...request, Tagging }));
  } catch (cause) {
    throw storageError(`tag ${bucket.name}/${key}`, cause);
  }
}

/**
 * Puts a delete marker on the key, unless another version has come meanwhile; the bucket keeps the version under it.
 * https://docs.aws.amazon.com/AmazonS3/latest/userguide/conditional-deletes.html @throws StorageError
 */
export async function deleteCurrent(
  bucket: Bucket,
  { key, etag }: { key: string; etag: string },
): Promise<void> {
  try {
    await bucket.client.send(new DeleteObjectCommand({ Bucket: bucket.name, Key: key, IfMatch: etag }));
  } catch (cause) {
    const error = storageError(`delete ${bucket.name}/${key}`, cause);
    if (error.fault === 'refused') throw error;
  }
}
