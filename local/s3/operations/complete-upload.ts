import { createHash } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import {
  checksumAlgorithms,
  checksumHeader,
  combineChecksums,
  type ObjectChecksum,
} from '../protocol/checksums.ts';
import { type Reply, xmlReply } from '../protocol/reply.ts';
import { S3Error } from '../protocol/s3-error.ts';
import { writeCondition } from '../store/conditions.ts';
import type { Store } from '../store/store.ts';
import type { Part, Upload } from '../store/upload-index.ts';
import { type Call, header } from './call.ts';
import { finishWrite } from './finish-write.ts';
import { checksumElement, versionHeaders } from './object-headers.ts';
import { chooseParts, parsePartList } from './part-list.ts';
import { readDocument } from './read-document.ts';
import { findUpload } from './upload-part.ts';

/**
 * Combines the parts into one object without reading or copying their bytes; the checksum is computed from
 * theirs. A refused upload stays as it was.
 */
export async function completeMultipartUpload(call: Call, store: Store): Promise<Reply> {
  const condition = writeCondition(call.headers);
  const named = parsePartList(await readDocument(call.request, selectDocumentHeaders(call)));
  const { bucket } = call;
  const written = store.database.transaction(() => {
    const upload = findUpload(call, store);
    const all = store.uploads.parts({ upload: upload.id, after: 0, limit: -1 });
    const parts = chooseParts(upload, all, named);
    const sizeBytes = parts.reduce((sum, part) => sum + part.sizeBytes, 0);
    const checksum = combineChecksums(upload.algorithm, upload.checksumType, parts);
    checkClaims(call, upload, { sizeBytes, checksum });
    const done = store.objects.write({
      object: {
        bucket: upload.bucket,
        key: upload.key,
        modified: store.now(),
        sizeBytes,
        etag: multipartEtag(parts),
        headers: upload.headers,
        tags: upload.tags,
        checksum,
      },
      blobs: parts.map((part) => ({ id: part.blob, sizeBytes: part.sizeBytes })),
      condition,
      isVersioned: bucket.isVersioned,
    });
    store.uploads.end(upload);
    const used = new Set(parts);
    const unused = all.filter((part) => !used.has(part)).map((part) => part.blob);
    return { ...done, freedBlobs: [...done.freedBlobs, ...unused] };
  });
  finishWrite(store, written, 'CompleteMultipartUpload');
  const { object } = written;
  return xmlReply(
    'CompleteMultipartUploadResult',
    {
      Location: `http://${header(call, 'host')}/${bucket.name}/${encodeURIComponent(object.key)}`,
      Bucket: bucket.name,
      Key: object.key,
      ETag: `"${object.etag}"`,
      [checksumElement(object.checksum.algorithm)]: object.checksum.value,
      ChecksumType: object.checksum.type,
    },
    versionHeaders(object.versionId),
  );
}

/**
 * The headers without checksums: in this operation they are about the object, not the document in the body.
 */
function selectDocumentHeaders({ headers }: Call): IncomingHttpHeaders {
  const isOfObject = (name: string) =>
    checksumAlgorithms.some((algorithm) => checksumHeader(algorithm) === name);
  return Object.fromEntries(Object.entries(headers).filter(([name]) => !isOfObject(name)));
}

/** The MD5 of the parts' MD5s, and the number of parts ("Checking object integrity", multipart ETags). */
function multipartEtag(parts: readonly Part[]): string {
  const md5 = createHash('md5');
  for (const part of parts) md5.update(part.etag, 'hex');
  return `${md5.digest('hex')}-${parts.length}`;
}

/** Checks the size, checksum type and checksum in the request against the object. */
function checkClaims(
  call: Call,
  upload: Upload,
  { sizeBytes, checksum }: { readonly sizeBytes: number; readonly checksum: ObjectChecksum },
): void {
  const size = header(call, 'x-amz-mp-object-size');
  if (size !== undefined && size !== String(sizeBytes)) {
    throw new S3Error(
      'InvalidRequest',
      `The provided 'x-amz-mp-object-size' header value ${size} does not match what was computed: ${sizeBytes}`,
    );
  }
  const type = header(call, 'x-amz-checksum-type');
  if (type !== undefined && type !== upload.checksumType) {
    throw new S3Error(
      'InvalidRequest',
      `The upload was created with the ${upload.checksumType} checksum type. The complete request must use the same.`,
    );
  }
  for (const algorithm of checksumAlgorithms) {
    const value = header(call, checksumHeader(algorithm));
    if (value === undefined) continue;
    if (
      algorithm === checksum.algorithm &&
      value.replace(/-\d+$/, '') === checksum.value.replace(/-\d+$/, '')
    )
      continue;
    throw new S3Error('BadDigest', `The ${algorithm} you specified did not match the calculated checksum.`);
  }
}
