import { type ChecksumAlgorithm, checksumHeader } from '../checksums.ts';
import { S3Error } from '../errors.ts';
import type { ObjectVersion, StoredObject } from '../object-version.ts';
import { nullVersion } from '../version-id.ts';

/** The version header, which S3 sends in versioned buckets alone. */
export function versionHeaders(versionId: string | undefined): Record<string, string> {
  return versionId === undefined || versionId === nullVersion ? {} : { 'x-amz-version-id': versionId };
}

export function checksumHeaders({ checksum }: Pick<StoredObject, 'checksum'>): Record<string, string> {
  return { [checksumHeader(checksum.algorithm)]: checksum.value, 'x-amz-checksum-type': checksum.type };
}

/** The element in which listings and multipart answers write a checksum, like `ChecksumCRC32`. */
export function checksumElement(algorithm: ChecksumAlgorithm): string {
  return `Checksum${algorithm}`;
}

/**
 * The version as an object that can be read.
 * @throws S3Error NoSuchKey, NoSuchVersion, or MethodNotAllowed for a delete marker asked for by its id.
 */
export function readable(
  version: ObjectVersion | undefined,
  asked: { key: string; versionId: string | null },
): StoredObject {
  if (version?.kind === 'object') return version;
  if (version === undefined && asked.versionId !== null) {
    throw new S3Error('NoSuchVersion', 'The specified version does not exist.', {
      fields: { Key: asked.key, VersionId: asked.versionId },
    });
  }
  const headers: Record<string, string> =
    version === undefined ? {} : { 'x-amz-delete-marker': 'true', 'x-amz-version-id': version.versionId };
  if (asked.versionId !== null) {
    throw new S3Error('MethodNotAllowed', 'The specified method is not allowed against this resource.', {
      headers: { ...headers, allow: 'DELETE' },
    });
  }
  throw new S3Error('NoSuchKey', 'The specified key does not exist.', {
    fields: { Key: asked.key },
    headers,
  });
}
