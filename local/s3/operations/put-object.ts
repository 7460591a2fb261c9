import { emptyReply, type Reply } from '../protocol/reply.ts';
import { receiveBody } from '../protocol/request-body.ts';
import { writeCondition } from '../store/conditions.ts';
import { selectStoredHeaders } from '../store/metadata.ts';
import type { Store } from '../store/store.ts';
import { parseTagHeader } from '../store/tags.ts';
import { type Call, header } from './call.ts';
import { finishWrite } from './finish-write.ts';
import { checksumHeaders, versionHeaders } from './object-headers.ts';

/**
 * Stores the body as an object, which becomes visible when every byte is on disk and matches the client's
 * claims.
 */
export async function putObject(call: Call, store: Store): Promise<Reply> {
  const condition = writeCondition(call.headers);
  const headers = selectStoredHeaders(call.headers);
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
  finishWrite(store, written, 'PutObject');
  const { object } = written;
  return emptyReply(200, {
    etag: `"${object.etag}"`,
    ...checksumHeaders(object),
    ...versionHeaders(object.versionId),
  });
}
