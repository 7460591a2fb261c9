import { type Call, keyEncoding, pageLimit } from '../call.ts';
import { S3Error } from '../errors.ts';
import { keyAfter, listPage } from '../listing.ts';
import { type Reply, xmlReply } from '../reply.ts';
import type { Store } from '../store.ts';

/** One page of the bucket's objects in the order of their keys' UTF-8 bytes. */
export function listObjectsV2(call: Call, store: Store): Reply {
  const { query, bucket } = call;
  const prefix = query.get('prefix') ?? '';
  const delimiter = query.get('delimiter') ?? '';
  const startAfter = query.get('start-after');
  const token = query.get('continuation-token');
  const limit = pageLimit(call, 'max-keys');
  const encoded = keyEncoding(call);
  const page = listPage(
    { bucket: bucket.name, prefix, delimiter, from: firstKey(token, startAfter), limit },
    (scan) => store.objects.list(scan),
  );
  return xmlReply('ListBucketResult', {
    Name: bucket.name,
    Prefix: encoded(prefix),
    Delimiter: delimiter === '' ? undefined : encoded(delimiter),
    StartAfter: startAfter === null ? undefined : encoded(startAfter),
    ContinuationToken: token ?? undefined,
    NextContinuationToken: page.next === undefined ? undefined : tokenOf(page.next),
    KeyCount: page.entries.length + page.commonPrefixes.length,
    MaxKeys: limit,
    EncodingType: query.get('encoding-type') ?? undefined,
    IsTruncated: page.next !== undefined,
    Contents: page.entries.map((object) => ({
      Key: encoded(object.key),
      LastModified: object.modified.toISOString(),
      ETag: `"${object.etag}"`,
      ChecksumAlgorithm: object.checksum.algorithm,
      ChecksumType: object.checksum.type,
      Size: object.sizeBytes,
      StorageClass: 'STANDARD',
    })),
    CommonPrefixes: page.commonPrefixes.map((common) => ({ Prefix: encoded(common) })),
  });
}

function firstKey(token: string | null, startAfter: string | null): string {
  if (token === null) return startAfter === null ? '' : keyAfter(startAfter);
  const from = Buffer.from(token, 'base64url').toString();
  if (tokenOf(from) === token) return from;
  throw new S3Error('InvalidArgument', 'The continuation token provided is incorrect', {
    fields: { ArgumentName: 'continuation-token' },
  });
}

function tokenOf(from: string): string {
  return Buffer.from(from).toString('base64url');
}
