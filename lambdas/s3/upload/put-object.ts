import { PutObjectCommand } from '@aws-sdk/client-s3';
import type { ObjectKey } from '../../core/path/object-key.ts';
import type { Bucket } from '../bucket.ts';
import { storageError } from '../storage-error.ts';
import { type Precondition, preconditionHeaders } from './precondition.ts';
import { hasMetadata, type PublishedVersion, publishOnce } from './publish-once.ts';

interface WholePut {
  readonly bucket: Bucket;
  readonly key: ObjectKey;
  readonly body: Buffer;
  /** CRC-32 in base64. */
  readonly checksum: string;
  readonly metadata: Readonly<Record<string, string>>;
  readonly precondition: Precondition;
}

/** Publishes an object in one request. @throws StorageError, `conflict` if the precondition does not hold. */
export function putObject(put: WholePut): Promise<PublishedVersion> {
  const { body, checksum, metadata } = put;
  const own = { sizeBytes: body.length, checksum, isOwnObject: hasMetadata(metadata) };
  return publishOnce(put, own, () => sendPut(put));
}

async function sendPut(put: WholePut): Promise<PublishedVersion> {
  try {
    const answer = await put.bucket.client.send(
      new PutObjectCommand({
        Bucket: put.bucket.name,
        Key: put.key,
        Body: put.body,
        ContentLength: put.body.length,
        ChecksumCRC32: put.checksum,
        Metadata: { ...put.metadata },
        ...preconditionHeaders(put.precondition),
      }),
    );
    return { etag: answer.ETag ?? '', versionId: answer.VersionId };
  } catch (cause) {
    throw storageError(`put ${put.bucket.name}/${put.key}`, cause);
  }
}
