import { type ByteRange, parseRange } from '../protocol/ranges.ts';
import { emptyReply, type Reply } from '../protocol/reply.ts';
import { S3Error } from '../protocol/s3-error.ts';
import { isNotModified } from '../store/conditions.ts';
import type { StoredObject } from '../store/object-version.ts';
import type { Store } from '../store/store.ts';
import { type Call, header } from './call.ts';
import { checksumHeaders, requireObject, versionHeaders } from './object-headers.ts';

/** The bytes of an object or a range of it, in the requested version or the latest. */
export function getObject(call: Call, store: Store): Reply {
  const { object, range, reply } = read(call, store);
  if (reply.status === 304) return reply;
  const blobs = store.objects.listBlobs(object);
  const damaged = store.blobs.findDamaged(blobs);
  if (damaged !== undefined) {
    throw new S3Error(
      'InternalError',
      `The object is damaged in the data folder: ${damaged.file}: ${damaged.why}.`,
    );
  }
  const bytes = store.blobs.read(blobs, range ?? { start: 0, end: object.sizeBytes });
  return { ...reply, body: { bytes, held: store.blobs.hold(blobs) } };
}

/** The reply of GetObject without the bytes. */
export function headObject(call: Call, store: Store): Reply {
  return read(call, store).reply;
}

interface ObjectRead {
  readonly object: StoredObject;
  readonly range: ByteRange | undefined;
  readonly reply: Reply;
}

function read(call: Call, store: Store): ObjectRead {
  const versionId = call.query.get('versionId');
  const version = store.objects.find(call.bucket.name, call.key, versionId ?? undefined);
  const object = requireObject(version, { key: call.key, versionId });
  const validators = {
    etag: `"${object.etag}"`,
    'last-modified': object.modified.toUTCString(),
    ...versionHeaders(object.versionId),
  };
  if (isNotModified(call.headers, object))
    return { object, range: undefined, reply: emptyReply(304, validators) };
  const range = parseRange(header(call, 'range'), object.sizeBytes);
  const wantsChecksum = header(call, 'x-amz-checksum-mode')?.toUpperCase() === 'ENABLED';
  const headers = {
    ...object.headers,
    ...validators,
    'accept-ranges': 'bytes',
    ...(object.tags.length > 0 ? { 'x-amz-tagging-count': String(object.tags.length) } : {}),
    // The checksum is of the whole object, not of the range.
    ...(wantsChecksum && range === undefined ? checksumHeaders(object) : {}),
  };
  if (range === undefined) {
    return {
      object,
      range,
      reply: emptyReply(200, { ...headers, 'content-length': String(object.sizeBytes) }),
    };
  }
  const reply = emptyReply(206, {
    ...headers,
    'content-length': String(range.end - range.start),
    'content-range': `bytes ${range.start}-${range.end - 1}/${object.sizeBytes}`,
  });
  return { object, range, reply };
}
