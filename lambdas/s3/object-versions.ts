import type { Readable } from 'node:stream';
import {
  DeleteObjectCommand,
  GetObjectCommand,
  GetObjectTaggingCommand,
  HeadObjectCommand,
  ListObjectVersionsCommand,
  PutObjectTaggingCommand,
} from '@aws-sdk/client-s3';
import type { KeyVersions } from '../core/delivery/hidden-version.ts';
import { bodyStream } from './body-stream.ts';
import type { Bucket } from './bucket.ts';
import { storageError } from './storage-error.ts';

/** One version of one object. */
export interface ObjectVersion {
  readonly key: string;
  readonly versionId: string;
}

/** The current version at a key. */
export interface CurrentObject {
  readonly versionId: string;
  readonly etag: string;
  /** When S3 got it, in seconds. */
  readonly modifiedAt: Date | undefined;
  readonly sizeBytes: number;
}

/** Undefined if there is no object, or its newest version is a delete marker. @throws StorageError */
export async function currentObject(bucket: Bucket, key: string): Promise<CurrentObject | undefined> {
  try {
    const head = await bucket.client.send(new HeadObjectCommand({ Bucket: bucket.name, Key: key }));
    const { VersionId: versionId = '', ETag: etag = '', LastModified: modifiedAt } = head;
    return { versionId, etag, modifiedAt, sizeBytes: head.ContentLength ?? 0 };
  } catch (cause) {
    const error = storageError(`head ${bucket.name}/${key}`, cause);
    if (error.kind === 'missing') return undefined;
    throw error;
  }
}

/**
 * The versions of a key, as far as one page of a listing has them: the newest thousand. @throws StorageError
 */
export async function listVersions(bucket: Bucket, key: string): Promise<KeyVersions> {
  try {
    const { Versions = [], DeleteMarkers = [] } = await bucket.client.send(
      new ListObjectVersionsCommand({ Bucket: bucket.name, Prefix: key }),
    );
    const versions = Versions.filter(({ Key }) => Key === key).map((version) => {
      const {
        VersionId: versionId = '',
        ETag: etag = '',
        LastModified: modifiedAt,
        Size: sizeBytes = 0,
      } = version;
      return { versionId, etag, modifiedAt, sizeBytes };
    });
    const isDeleted = DeleteMarkers.some(({ Key, IsLatest }) => Key === key && IsLatest === true);
    return { versions, state: isDeleted ? 'deleted' : 'current' };
  } catch (cause) {
    throw storageError(`list the versions of ${bucket.name}/${key}`, cause);
  }
}

/** A range of an object's bytes: neither empty nor beyond its end. */
export interface StreamRange {
  readonly start: number;
  /** Exclusive; undefined: to the end of the object. */
  readonly end?: number | undefined;
}

/**
 * The bytes of exactly this version, as a stream.
 * @throws StorageError, `missing` if the version was deleted.
 */
export async function readVersion(
  bucket: Bucket,
  { key, versionId }: ObjectVersion,
  range?: StreamRange,
): Promise<Readable> {
  try {
    const Range = range === undefined ? {} : { Range: rangeHeader(range) };
    const request = { Bucket: bucket.name, Key: key, VersionId: versionId, ...Range };
    const { Body } = await bucket.client.send(new GetObjectCommand(request));
    return bodyStream(Body);
  } catch (cause) {
    throw storageError(`read ${bucket.name}/${key} version ${versionId}`, cause);
  }
}

/** The last byte is inclusive: https://www.rfc-editor.org/rfc/rfc9110#section-14.1.2 */
function rangeHeader({ start, end }: StreamRange): string {
  return `bytes=${start}-${end === undefined ? '' : end - 1}`;
}

/**
 * Adds a tag to the version, in place of one with the same key. S3 can only replace all tags at once, so the
 * others are read first.
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
 * Puts a delete marker on the key, unless the current version has another ETag; then it does nothing. The
 * bucket keeps the version below the marker. S3 has no condition on the version, so a newer version of the
 * same bytes may get the marker: `hiddenVersion` finds it.
 * https://docs.aws.amazon.com/AmazonS3/latest/userguide/conditional-deletes.html
 * @throws StorageError
 */
export async function deleteCurrent(
  bucket: Bucket,
  { key, etag }: { key: string; etag: string },
): Promise<void> {
  try {
    await bucket.client.send(new DeleteObjectCommand({ Bucket: bucket.name, Key: key, IfMatch: etag }));
  } catch (cause) {
    const error = storageError(`delete ${bucket.name}/${key}`, cause);
    // Another version is at the key, or none: nothing is left to delete.
    if (error.kind !== 'conflict' && error.kind !== 'missing') throw error;
  }
}
