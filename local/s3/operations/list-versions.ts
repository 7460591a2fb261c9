import { type Reply, xmlReply } from '../protocol/reply.ts';
import type { XmlElements } from '../protocol/xml.ts';
import { keyAfter, keyAfterPrefix } from '../store/listing.ts';
import type { ObjectVersion } from '../store/object-version.ts';
import type { Store } from '../store/store.ts';
import { parseVersionId } from '../store/version-id.ts';
import { type Call, keyEncoding, pageLimit } from './call.ts';

/** One page of the bucket's versions and delete markers, in key order, newest first within a key. */
export function listObjectVersions(call: Call, store: Store): Reply {
  const { query, bucket } = call;
  const prefix = query.get('prefix') ?? '';
  const limit = pageLimit(call, 'max-keys');
  const encode = keyEncoding(call);
  const found = store.objects.listVersions({
    bucket: bucket.name,
    until: keyAfterPrefix(prefix),
    limit: limit === 0 ? 0 : limit + 1,
    ...readStart(call, store, prefix),
  });
  const page = found.slice(0, limit);
  const next = found.length > limit ? page.at(-1) : undefined;
  return xmlReply('ListVersionsResult', {
    Name: bucket.name,
    Prefix: encode(prefix),
    KeyMarker: encode(query.get('key-marker') ?? ''),
    VersionIdMarker: query.get('version-id-marker') ?? '',
    NextKeyMarker: next === undefined ? undefined : encode(next.key),
    NextVersionIdMarker: next?.versionId,
    MaxKeys: limit,
    EncodingType: query.get('encoding-type') ?? undefined,
    IsTruncated: next !== undefined,
    Version: page
      .filter((version) => version.kind === 'object')
      .map((version) => ({
        ...toEntry(version, encode),
        ETag: `"${version.etag}"`,
        ChecksumAlgorithm: version.checksum.algorithm,
        ChecksumType: version.checksum.type,
        Size: version.sizeBytes,
        StorageClass: 'STANDARD',
      })),
    DeleteMarker: page
      .filter((version) => version.kind === 'delete-marker')
      .map((marker) => toEntry(marker, encode)),
  });
}

function toEntry(version: ObjectVersion, encode: (key: string) => string): XmlElements {
  return {
    Key: encode(version.key),
    VersionId: version.versionId,
    IsLatest: version.isLatest,
    LastModified: version.modified.toISOString(),
  };
}

function readStart(call: Call, store: Store, prefix: string): { from: string; beforeSequence: number } {
  const key = call.query.get('key-marker') ?? '';
  const versionId = call.query.get('version-id-marker') ?? '';
  const isBeforePrefix = Buffer.compare(Buffer.from(key), Buffer.from(prefix)) < 0;
  if (isBeforePrefix || key === '') return { from: prefix, beforeSequence: Number.MAX_SAFE_INTEGER };
  if (versionId === '') return { from: keyAfter(key), beforeSequence: Number.MAX_SAFE_INTEGER };
  // The named version may be gone: emptying a bucket page by page removes it.
  const sequence =
    parseVersionId(versionId) ?? store.objects.find(call.bucket.name, key, versionId)?.sequence ?? 0;
  return { from: key, beforeSequence: sequence };
}
