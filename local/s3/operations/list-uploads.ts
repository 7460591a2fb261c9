import { type Reply, xmlReply } from '../protocol/reply.ts';
import { keyAfter, keyAfterPrefix } from '../store/listing.ts';
import type { Store } from '../store/store.ts';
import { type Call, keyEncoding, pageLimit } from './call.ts';

/** One page of the bucket's uploads in progress, in key order. */
export function listMultipartUploads(call: Call, store: Store): Reply {
  const { query, bucket } = call;
  const prefix = query.get('prefix') ?? '';
  const keyMarker = query.get('key-marker') ?? '';
  const idMarker = query.get('upload-id-marker') ?? '';
  const limit = pageLimit(call, 'max-uploads');
  const encode = keyEncoding(call);
  const isBeforePrefix = Buffer.compare(Buffer.from(keyMarker), Buffer.from(prefix)) < 0;
  // Without an upload id marker, the page starts after all uploads of the marker's key.
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
    Prefix: encode(prefix),
    KeyMarker: encode(keyMarker),
    UploadIdMarker: idMarker,
    NextKeyMarker: isTruncated ? encode(page.at(-1)?.key ?? '') : undefined,
    NextUploadIdMarker: isTruncated ? page.at(-1)?.id : undefined,
    MaxUploads: limit,
    EncodingType: query.get('encoding-type') ?? undefined,
    IsTruncated: isTruncated,
    Upload: page.map((upload) => ({
      Key: encode(upload.key),
      UploadId: upload.id,
      Initiated: upload.initiated.toISOString(),
      StorageClass: 'STANDARD',
      ChecksumAlgorithm: upload.isChecksumRequested ? upload.algorithm : undefined,
      ChecksumType: upload.isChecksumRequested ? upload.checksumType : undefined,
    })),
  });
}
