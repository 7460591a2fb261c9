import { type Call, integerParameter, pageLimit } from '../call.ts';
import { type Reply, xmlReply } from '../reply.ts';
import type { Store } from '../store.ts';
import { checksumElement } from './object-headers.ts';
import { findUpload } from './upload-part.ts';

/** One page of the parts that an upload has, ascending by number: what a transfer that was interrupted goes on from. */
export function listParts(call: Call, store: Store): Reply {
  const upload = findUpload(call, store);
  const after = integerParameter(call, { name: 'part-number-marker', fallback: 0, min: 0, max: 2 ** 29 });
  const limit = pageLimit(call, 'max-parts');
  const found = store.uploads.parts({ upload: upload.id, after, limit: limit + 1 });
  const page = found.slice(0, limit);
  return xmlReply('ListPartsResult', {
    Bucket: upload.bucket,
    Key: upload.key,
    UploadId: upload.id,
    PartNumberMarker: after,
    NextPartNumberMarker: page.at(-1)?.number ?? 0,
    MaxParts: limit,
    IsTruncated: found.length > limit,
    StorageClass: 'STANDARD',
    ChecksumAlgorithm: upload.isChecksumAsked ? upload.algorithm : undefined,
    ChecksumType: upload.isChecksumAsked ? upload.checksumType : undefined,
    Part: page.map((part) => ({
      PartNumber: part.number,
      LastModified: part.modified.toISOString(),
      ETag: `"${part.etag}"`,
      Size: part.sizeBytes,
      ...(upload.isChecksumAsked
        ? { [checksumElement(upload.algorithm)]: part.digest.toString('base64') }
        : {}),
    })),
  });
}
