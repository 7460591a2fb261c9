import { type Call, header } from '../call.ts';
import { isNotModified } from '../conditions.ts';
import type { StoredObject } from '../object-version.ts';
import { type ByteRange, parseRange } from '../ranges.ts';
import { emptyReply, type Reply } from '../reply.ts';
import type { Store } from '../store.ts';
import { checksumHeaders, readable, versionHeaders } from './object-headers.ts';

/** The bytes of an object, or of a range of it, from the version asked for or the latest. */
export function getObject(call: Call, store: Store): Reply {
  const { object, range, reply } = answer(call, store);
  if (reply.status === 304) return reply;
  const blobs = store.objects.blobsOf(object);
  const bytes = store.blobs.read(blobs, range ?? { start: 0, end: object.sizeBytes });
  return { ...reply, body: { bytes, held: store.blobs.hold(blobs) } };
}

/** What GET would answer, without the bytes. */
export function headObject(call: Call, store: Store): Reply {
  return answer(call, store).reply;
}

interface Answer {
  readonly object: StoredObject;
  readonly range: ByteRange | undefined;
  readonly reply: Reply;
}

function answer(call: Call, store: Store): Answer {
  const versionId = call.query.get('versionId');
  const version = store.objects.find(call.bucket.name, call.key, versionId ?? undefined);
  const object = readable(version, { key: call.key, versionId });
  const validators = {
    etag: `"${object.etag}"`,
    'last-modified': object.modified.toUTCString(),
    ...versionHeaders(object.versionId),
  };
  if (isNotModified(call.headers, object))
    return { object, range: undefined, reply: emptyReply(304, validators) };
  const range = parseRange(header(call, 'range'), object.sizeBytes);
  const asksChecksum = header(call, 'x-amz-checksum-mode')?.toUpperCase() === 'ENABLED';
  const headers = {
    ...object.headers,
    ...validators,
    'accept-ranges': 'bytes',
    ...(object.tags.length > 0 ? { 'x-amz-tagging-count': String(object.tags.length) } : {}),
    // The checksum is that of the whole object: of a range it would be wrong.
    ...(asksChecksum && range === undefined ? checksumHeaders(object) : {}),
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
