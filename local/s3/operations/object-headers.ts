import { type ChecksumAlgorithm, checksumHeader } from '../protocol/checksums.ts';
import { S3Error } from '../protocol/s3-error.ts';
import type { ObjectVersion, StoredObject } from '../store/object-version.ts';
import { nullVersion } from '../store/version-id.ts';

/** The version header, which S3 only sends for versioned buckets. */
export function versionHeaders(versionId: string | undefined): Record<string, string> {
  return versionId === undefined || versionId === nullVersion ? {} : { 'x-amz-version-id': versionId };
}

export function checksumHeaders({ checksum }: Pick<StoredObject, 'checksum'>): Record<string, string> {
  return { [checksumHeader(checksum.algorithm)]: checksum.value, 'x-amz-checksum-type': checksum.type };
}

/** The element for a checksum in listings and multipart replies, such as `ChecksumCRC32`. */
export function checksumElement(algorithm: ChecksumAlgorithm): string {
  return `Checksum${algorithm}`;
}

/**
 * Returns the version if it is an object.
 * @throws S3Error NoSuchKey, NoSuchVersion, or MethodNotAllowed for a delete marker that is requested by its
 * id.
 */
export function requireObject(
  version: ObjectVersion | undefined,
  requested: { key: string; versionId: string | null },
): StoredObject {
  if (version?.kind === 'object') return version;
  if (version === undefined && requested.versionId !== null) {
    throw new S3Error('NoSuchVersion', 'The specified version does not exist.', {
      fields: { Key: requested.key, VersionId: requested.versionId },
    });
  }
  const headers: Record<string, string> =
    version === undefined ? {} : { 'x-amz-delete-marker': 'true', 'x-amz-version-id': version.versionId };
  if (requested.versionId !== null) {
    throw new S3Error('MethodNotAllowed', 'The specified method is not allowed against this resource.', {
      headers: { ...headers, allow: 'DELETE' },
    });
  }
  throw new S3Error('NoSuchKey', 'The specified key does not exist.', {
    fields: { Key: requested.key },
    headers,
  });
}
