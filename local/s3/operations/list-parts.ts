import { type Reply, xmlReply } from '../protocol/reply.ts';
import type { Store } from '../store/store.ts';
import { type Call, integerParameter, pageLimit } from './call.ts';
import { checksumElement } from './object-headers.ts';
import { findUpload } from './upload-part.ts';

/** One page of the parts of an upload, by ascending number. An interrupted transfer resumes from it. */
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
    ChecksumAlgorithm: upload.isChecksumRequested ? upload.algorithm : undefined,
    ChecksumType: upload.isChecksumRequested ? upload.checksumType : undefined,
    Part: page.map((part) => ({
      PartNumber: part.number,
      LastModified: part.modified.toISOString(),
      ETag: `"${part.etag}"`,
      Size: part.sizeBytes,
      ...(upload.isChecksumRequested
        ? { [checksumElement(upload.algorithm)]: part.digest.toString('base64') }
        : {}),
    })),
  });
}
