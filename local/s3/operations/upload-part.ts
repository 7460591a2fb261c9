import { checksumHeader } from '../protocol/checksums.ts';
import { emptyReply, type Reply } from '../protocol/reply.ts';
import { type ReceivedBody, receiveBody } from '../protocol/request-body.ts';
import { S3Error } from '../protocol/s3-error.ts';
import type { Store } from '../store/store.ts';
import type { Upload } from '../store/upload-index.ts';
import { type Call, integerParameter } from './call.ts';

/** "Amazon S3 multipart upload limits". */
const maxPartNumber = 10_000;

/** Stores a part, and replaces one with the same number. */
export async function uploadPart(call: Call, store: Store): Promise<Reply> {
  const number = integerParameter(call, { name: 'partNumber', fallback: 0, min: 1, max: maxPartNumber });
  const upload = findUpload(call, store);
  await using blob = store.blobs.incoming();
  const body = await receiveBody({
    request: call.request,
    algorithm: upload.algorithm,
    sink: blob.write,
  });
  checkAlgorithm(upload, body);
  await blob.place();
  const { sizeBytes, digest } = body;
  const etag = body.md5.toString('hex');
  const replaced = store.database.transaction(() => {
    // The upload may have ended during the transfer.
    const current = findUpload(call, store);
    return store.uploads.putPart(current, {
      number,
      blob: blob.id,
      sizeBytes,
      etag,
      digest,
      modified: store.now(),
    });
  });
  blob.adopt();
  store.blobs.remove(replaced);
  const returned = body.sent ?? body;
  return emptyReply(200, {
    etag: `"${etag}"`,
    [checksumHeader(returned.algorithm)]: returned.digest.toString('base64'),
  });
}

/** @throws S3Error NoSuchUpload. */
export function findUpload(call: Call, store: Store): Upload {
  return store.uploads.get({ id: call.query.get('uploadId') ?? '', bucket: call.bucket.name, key: call.key });
}

/** The client's checksum must use the algorithm of the upload. It is optional for a full-object checksum. */
function checkAlgorithm(upload: Upload, { sent }: ReceivedBody): void {
  if (!upload.isChecksumRequested || sent?.algorithm === upload.algorithm) return;
  if (sent === undefined && upload.checksumType === 'FULL_OBJECT') return;
  throw new S3Error(
    'InvalidRequest',
    `Checksum Type mismatch occurred, expected checksum Type: ${upload.algorithm}, actual checksum Type: ${sent?.algorithm ?? 'null'}`,
  );
}
