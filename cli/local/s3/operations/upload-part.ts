import { type Call, integerParameter } from '../call.ts';
import { checksumHeader } from '../checksums.ts';
import { S3Error } from '../errors.ts';
import { emptyReply, type Reply } from '../reply.ts';
import { type ReceivedBody, receiveBody } from '../request-body.ts';
import type { Store } from '../store.ts';
import type { Upload } from '../upload-index.ts';

/** "Amazon S3 multipart upload limits". */
const maxPartNumber = 10_000;

/** Stores one part; a second one of the same number replaces the first. */
export async function uploadPart(call: Call, store: Store): Promise<Reply> {
  const number = integerParameter(call, { name: 'partNumber', fallback: 0, min: 1, max: maxPartNumber });
  const upload = findUpload(call, store);
  await using blob = store.blobs.incoming();
  const body = await receiveBody({
    request: call.request,
    algorithm: upload.algorithm,
    sink: blob.write,
  });
  assertAlgorithm(upload, body);
  await blob.place();
  const { sizeBytes, digest } = body;
  const etag = body.md5.toString('hex');
  const replaced = store.database.transaction(() => {
    // The upload may have ended while the bytes came.
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
  const shown = body.sent ?? body;
  return emptyReply(200, {
    etag: `"${etag}"`,
    [checksumHeader(shown.algorithm)]: shown.digest.toString('base64'),
  });
}

/** @throws S3Error NoSuchUpload. */
export function findUpload(call: Call, store: Store): Upload {
  return store.uploads.get({ id: call.query.get('uploadId') ?? '', bucket: call.bucket.name, key: call.key });
}

/** The client's checksum must be of the upload's kind; a full-object one may be left out, a composite one not. */
function assertAlgorithm(upload: Upload, { sent }: ReceivedBody): void {
  if (!upload.isChecksumAsked || sent?.algorithm === upload.algorithm) return;
  if (sent === undefined && upload.checksumType === 'FULL_OBJECT') return;
  throw new S3Error(
    'InvalidRequest',
    `Checksum Type mismatch occurred, expected checksum Type: ${upload.algorithm}, actual checksum Type: ${sent?.algorithm ?? 'null'}`,
  );
}
