import { defaultAlgorithm, multipartChecksumType, parseAlgorithm } from '../protocol/checksums.ts';
import { type Reply, xmlReply } from '../protocol/reply.ts';
import { selectStoredHeaders } from '../store/metadata.ts';
import type { Store } from '../store/store.ts';
import { parseTagHeader } from '../store/tags.ts';
import { newUploadId } from '../store/upload-id.ts';
import { type Call, header } from './call.ts';

/** Starts a multipart upload, with the headers and the checksum algorithm of the object. */
export function createMultipartUpload(call: Call, store: Store): Reply {
  const requested = header(call, 'x-amz-checksum-algorithm');
  const algorithm = requested === undefined ? defaultAlgorithm : parseAlgorithm(requested);
  const checksumType = multipartChecksumType(algorithm, header(call, 'x-amz-checksum-type'));
  const location = { bucket: call.bucket.name, key: call.key };
  const initiated = store.now();
  const id = newUploadId(initiated, store.uploads.latestId(location));
  store.uploads.create({
    id,
    ...location,
    initiated,
    headers: selectStoredHeaders(call.headers),
    tags: parseTagHeader(header(call, 'x-amz-tagging')),
    algorithm,
    checksumType,
    isChecksumRequested: requested !== undefined,
  });
  const headers: Record<string, string> =
    requested === undefined
      ? {}
      : { 'x-amz-checksum-algorithm': algorithm, 'x-amz-checksum-type': checksumType };
  const content = { Bucket: call.bucket.name, Key: call.key, UploadId: id };
  return xmlReply('InitiateMultipartUploadResult', content, headers);
}
