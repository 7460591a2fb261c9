import { createHash } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import { type Call, header } from '../call.ts';
import { checksumAlgorithms, checksumHeader, combineChecksums, type ObjectChecksum } from '../checksums.ts';
import { writeCondition } from '../conditions.ts';
import { S3Error } from '../errors.ts';
import { type Reply, xmlReply } from '../reply.ts';
import type { Store } from '../store.ts';
import type { Part, Upload } from '../upload-index.ts';
import { announce } from './announce.ts';
import { checksumElement, versionHeaders } from './object-headers.ts';
import { chooseParts, parsePartList } from './part-list.ts';
import { readDocument } from './read-document.ts';
import { findUpload } from './upload-part.ts';

/**
 * Makes the parts one object, without reading or copying their bytes: its checksum follows from theirs.
 * The upload ends with it; a refused one stays as it was.
 */
export async function completeMultipartUpload(call: Call, store: Store): Promise<Reply> {
  const condition = writeCondition(call.headers);
  const named = parsePartList(await readDocument(call.request, documentHeaders(call)));
  const { bucket } = call;
  const written = store.database.transaction(() => {
    const upload = findUpload(call, store);
    const all = store.uploads.parts({ upload: upload.id, after: 0, limit: -1 });
    const parts = chooseParts(upload, all, named);
    const sizeBytes = parts.reduce((sum, part) => sum + part.sizeBytes, 0);
    const checksum = combineChecksums(upload.algorithm, upload.checksumType, parts);
    assertAnnounced(call, upload, { sizeBytes, checksum });
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
  announce(store, written, 'CompleteMultipartUpload');
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

/** The checksum headers of this operation are those of the object, not of the document in its body. */
function documentHeaders({ headers }: Call): IncomingHttpHeaders {
  const isOfObject = (name: string) =>
    checksumAlgorithms.some((algorithm) => checksumHeader(algorithm) === name);
  return Object.fromEntries(Object.entries(headers).filter(([name]) => !isOfObject(name)));
}

/** The MD5 of the parts' MD5s, and their number ("Checking object integrity", multipart ETags). */
function multipartEtag(parts: readonly Part[]): string {
  const md5 = createHash('md5');
  for (const part of parts) md5.update(part.etag, 'hex');
  return `${md5.digest('hex')}-${parts.length}`;
}

/** Compares what came with what the request says the object is: size, checksum type and checksum. */
function assertAnnounced(
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
