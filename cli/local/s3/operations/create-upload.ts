import { type Call, header } from '../call.ts';
import { defaultAlgorithm, multipartChecksumType, parseAlgorithm } from '../checksums.ts';
import { storedHeaders } from '../metadata.ts';
import { type Reply, xmlReply } from '../reply.ts';
import type { Store } from '../store.ts';
import { parseTagHeader } from '../tags.ts';
import { newUploadId } from '../upload-id.ts';

/** Begins a multipart upload: headers and checksum are settled here, bytes come later. */
export function createMultipartUpload(call: Call, store: Store): Reply {
  const asked = header(call, 'x-amz-checksum-algorithm');
  const algorithm = asked === undefined ? defaultAlgorithm : parseAlgorithm(asked);
  const checksumType = multipartChecksumType(algorithm, header(call, 'x-amz-checksum-type'));
  const place = { bucket: call.bucket.name, key: call.key };
  const initiated = store.now();
  const id = newUploadId(initiated, store.uploads.latestId(place));
  store.uploads.create({
    id,
    ...place,
    initiated,
    headers: storedHeaders(call.headers),
    tags: parseTagHeader(header(call, 'x-amz-tagging')),
    algorithm,
    checksumType,
    isChecksumAsked: asked !== undefined,
  });
  const headers: Record<string, string> =
    asked === undefined ? {} : { 'x-amz-checksum-algorithm': algorithm, 'x-amz-checksum-type': checksumType };
  const content = { Bucket: call.bucket.name, Key: call.key, UploadId: id };
  return xmlReply('InitiateMultipartUploadResult', content, headers);
}
