import { type Call, keyEncoding, pageLimit } from '../call.ts';
import { keyAfter, keyAfterPrefix } from '../listing.ts';
import { type Reply, xmlReply } from '../reply.ts';
import type { Store } from '../store.ts';

/** One page of the bucket's uploads under way, by key. */
export function listMultipartUploads(call: Call, store: Store): Reply {
  const { query, bucket } = call;
  const prefix = query.get('prefix') ?? '';
  const keyMarker = query.get('key-marker') ?? '';
  const idMarker = query.get('upload-id-marker') ?? '';
  const limit = pageLimit(call, 'max-uploads');
  const encoded = keyEncoding(call);
  const isBeforePrefix = Buffer.compare(Buffer.from(keyMarker), Buffer.from(prefix)) < 0;
  // Without a marker of an upload, all uploads of the marker's key are behind it.
  const after = keyMarker === '' || idMarker !== '' ? keyMarker : keyAfter(keyMarker);
  const found = store.uploads.list({
    bucket: bucket.name,
    from: isBeforePrefix ? prefix : after,
    until: keyAfterPrefix(prefix),
    afterId: isBeforePrefix ? '' : idMarker,
    limit: limit + 1,
  });
  const page = found.slice(0, limit);
  const isTruncated = found.length > limit;
  return xmlReply('ListMultipartUploadsResult', {
    Bucket: bucket.name,
    Prefix: encoded(prefix),
    KeyMarker: encoded(keyMarker),
    UploadIdMarker: idMarker,
    NextKeyMarker: isTruncated ? encoded(page.at(-1)?.key ?? '') : undefined,
    NextUploadIdMarker: isTruncated ? page.at(-1)?.id : undefined,
    MaxUploads: limit,
    EncodingType: query.get('encoding-type') ?? undefined,
    IsTruncated: isTruncated,
    Upload: page.map((upload) => ({
      Key: encoded(upload.key),
      UploadId: upload.id,
      Initiated: upload.initiated.toISOString(),
      StorageClass: 'STANDARD',
      ChecksumAlgorithm: upload.isChecksumAsked ? upload.algorithm : undefined,
      ChecksumType: upload.isChecksumAsked ? upload.checksumType : undefined,
    })),
  });
}
