import { type Call, keyEncoding, pageLimit } from '../call.ts';
import { keyAfter, keyAfterPrefix } from '../listing.ts';
import type { ObjectVersion } from '../object-version.ts';
import { type Reply, xmlReply } from '../reply.ts';
import type { Store } from '../store.ts';
import { sequenceOfVersionId } from '../version-id.ts';
import type { XmlElements } from '../xml.ts';

/** One page of the bucket's versions and delete markers: by key, and of one key the newest first. */
export function listObjectVersions(call: Call, store: Store): Reply {
  const { query, bucket } = call;
  const prefix = query.get('prefix') ?? '';
  const limit = pageLimit(call, 'max-keys');
  const encoded = keyEncoding(call);
  const found = store.objects.listVersions({
    bucket: bucket.name,
    until: keyAfterPrefix(prefix),
    limit: limit === 0 ? 0 : limit + 1,
    ...firstVersion(call, store, prefix),
  });
  const page = found.slice(0, limit);
  const next = found.length > limit ? page.at(-1) : undefined;
  return xmlReply('ListVersionsResult', {
    Name: bucket.name,
    Prefix: encoded(prefix),
    KeyMarker: encoded(query.get('key-marker') ?? ''),
    VersionIdMarker: query.get('version-id-marker') ?? '',
    NextKeyMarker: next === undefined ? undefined : encoded(next.key),
    NextVersionIdMarker: next?.versionId,
    MaxKeys: limit,
    EncodingType: query.get('encoding-type') ?? undefined,
    IsTruncated: next !== undefined,
    Version: page
      .filter((version) => version.kind === 'object')
      .map((version) => ({
        ...common(version, encoded),
        ETag: `"${version.etag}"`,
        ChecksumAlgorithm: version.checksum.algorithm,
        ChecksumType: version.checksum.type,
        Size: version.sizeBytes,
        StorageClass: 'STANDARD',
      })),
    DeleteMarker: page
      .filter((version) => version.kind === 'delete-marker')
      .map((marker) => common(marker, encoded)),
  });
}

function common(version: ObjectVersion, encoded: (key: string) => string): XmlElements {
  return {
    Key: encoded(version.key),
    VersionId: version.versionId,
    IsLatest: version.isLatest,
    LastModified: version.modified.toISOString(),
  };
}

function firstVersion(call: Call, store: Store, prefix: string): { from: string; beforeSequence: number } {
  const key = call.query.get('key-marker') ?? '';
  const versionId = call.query.get('version-id-marker') ?? '';
  const isBeforePrefix = Buffer.compare(Buffer.from(key), Buffer.from(prefix)) < 0;
  if (isBeforePrefix || key === '') return { from: prefix, beforeSequence: Number.MAX_SAFE_INTEGER };
  if (versionId === '') return { from: keyAfter(key), beforeSequence: Number.MAX_SAFE_INTEGER };
  // The version named may be gone by now: emptying a bucket page by page removes it.
  const sequence =
    sequenceOfVersionId(versionId) ?? store.objects.find(call.bucket.name, key, versionId)?.sequence ?? 0;
  return { from: key, beforeSequence: sequence };
}
