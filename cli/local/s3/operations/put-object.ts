import { type Call, header } from '../call.ts';
import { writeCondition } from '../conditions.ts';
import { storedHeaders } from '../metadata.ts';
import { emptyReply, type Reply } from '../reply.ts';
import { receiveBody } from '../request-body.ts';
import type { Store } from '../store.ts';
import { parseTagHeader } from '../tags.ts';
import { announce } from './announce.ts';
import { checksumHeaders, versionHeaders } from './object-headers.ts';

/** Stores the body as an object: visible all at once, when every byte is on disk and agrees with what the client said of it. */
export async function putObject(call: Call, store: Store): Promise<Reply> {
  const condition = writeCondition(call.headers);
  const headers = storedHeaders(call.headers);
  const tags = parseTagHeader(header(call, 'x-amz-tagging'));
  await using blob = store.blobs.incoming();
  const body = await receiveBody({ request: call.request, sink: blob.write });
  await blob.place();
  const written = store.database.transaction(() =>
    store.objects.write({
      object: {
        bucket: call.bucket.name,
        key: call.key,
        modified: store.now(),
        sizeBytes: body.sizeBytes,
        etag: body.md5.toString('hex'),
        headers,
        tags,
        checksum: { algorithm: body.algorithm, type: 'FULL_OBJECT', value: body.digest.toString('base64') },
      },
      blobs: [{ id: blob.id, sizeBytes: body.sizeBytes }],
      condition,
      isVersioned: call.bucket.isVersioned,
    }),
  );
  blob.adopt();
  announce(store, written, 'PutObject');
  const { object } = written;
  return emptyReply(200, {
    etag: `"${object.etag}"`,
    ...checksumHeaders(object),
    ...versionHeaders(object.versionId),
  });
}
