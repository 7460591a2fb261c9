import { type Reply, xmlReply } from '../protocol/reply.ts';
import { S3Error } from '../protocol/s3-error.ts';
import { keyAfter, listPage } from '../store/listing.ts';
import type { Store } from '../store/store.ts';
import { type Call, keyEncoding, pageLimit } from './call.ts';

/** One page of the bucket's objects, in the order of the UTF-8 bytes of their keys. */
export function listObjectsV2(call: Call, store: Store): Reply {
  const { query, bucket } = call;
  const prefix = query.get('prefix') ?? '';
  const delimiter = query.get('delimiter') ?? '';
  const startAfter = query.get('start-after');
  const token = query.get('continuation-token');
  const limit = pageLimit(call, 'max-keys');
  const encode = keyEncoding(call);
  const page = listPage(
    { bucket: bucket.name, prefix, delimiter, from: readStart(token, startAfter), limit },
    (scan) => store.objects.list(scan),
  );
  return xmlReply('ListBucketResult', {
    Name: bucket.name,
    Prefix: encode(prefix),
    Delimiter: delimiter === '' ? undefined : encode(delimiter),
    StartAfter: startAfter === null ? undefined : encode(startAfter),
    ContinuationToken: token ?? undefined,
    NextContinuationToken: page.next === undefined ? undefined : toToken(page.next),
    KeyCount: page.entries.length + page.commonPrefixes.length,
    MaxKeys: limit,
    EncodingType: query.get('encoding-type') ?? undefined,
    IsTruncated: page.next !== undefined,
    Contents: page.entries.map((object) => ({
      Key: encode(object.key),
      LastModified: object.modified.toISOString(),
      ETag: `"${object.etag}"`,
      ChecksumAlgorithm: object.checksum.algorithm,
      ChecksumType: object.checksum.type,
      Size: object.sizeBytes,
      StorageClass: 'STANDARD',
    })),
    CommonPrefixes: page.commonPrefixes.map((common) => ({ Prefix: encode(common) })),
  });
}

function readStart(token: string | null, startAfter: string | null): string {
  if (token === null) return startAfter === null ? '' : keyAfter(startAfter);
  const from = Buffer.from(token, 'base64url').toString();
  if (toToken(from) === token) return from;
  throw new S3Error('InvalidArgument', 'The continuation token provided is incorrect', {
    fields: { ArgumentName: 'continuation-token' },
  });
}

function toToken(from: string): string {
  return Buffer.from(from).toString('base64url');
}
