import { createHash } from 'node:crypto';
import { crc32 } from 'node:zlib';
import { GetObjectCommand } from '@aws-sdk/client-s3';
import type { Difference } from '../../lambdas/core/verify/difference.ts';
import type { RecordedVersion } from '../../lambdas/ledger/entries/flow-entries.ts';
import { bodyStream } from '../../lambdas/s3/body-stream.ts';
import type { Bucket } from '../../lambdas/s3/bucket.ts';
import { storageError } from '../../lambdas/s3/storage-error.ts';
import { crcToBase64 } from '../../lambdas/s3/upload/crc32.ts';

/** What the bytes of an object are. */
export interface ObjectBytes {
  readonly sizeBytes: number;
  /** Lower-case hex. */
  readonly sha256: string;
  /** Base64, as S3 writes it. */
  readonly crc32: string;
}

/** Reads the object as a stream. @throws StorageError */
export async function readObjectBytes(bucket: Bucket, key: string, etag: string): Promise<ObjectBytes> {
  try {
    const { Body } = await bucket.client.send(
      new GetObjectCommand({ Bucket: bucket.name, Key: key, IfMatch: etag }),
    );
    const hash = createHash('sha256');
    let crc = 0;
    let sizeBytes = 0;
    for await (const chunk of bodyStream(Body)) {
      hash.update(chunk);
      crc = crc32(chunk, crc);
      sizeBytes += chunk.length;
    }
    return { sizeBytes, sha256: hash.digest('hex'), crc32: crcToBase64(crc) };
  } catch (cause) {
    throw storageError(`read ${bucket.name}/${key}`, cause);
  }
}

/** Compares the bytes with the ledger's checksums; `unknown` where it has none. */
export function compareBytes(
  path: string,
  recorded: Pick<RecordedVersion, 'sha256' | 'crc32'>,
  read: ObjectBytes,
): Difference | 'unknown' | undefined {
  if (recorded.sha256 !== undefined)
    return recorded.sha256 === read.sha256 ? undefined : differ(path, 'SHA-256');
  if (recorded.crc32 === undefined) return 'unknown';
  return recorded.crc32 === read.crc32 ? undefined : differ(path, 'CRC-32');
}

function differ(path: string, checksum: string): Difference {
  return { kind: 'bytes-differ', path, found: `the bytes of the object have another ${checksum}` };
}
