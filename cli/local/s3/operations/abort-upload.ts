import type { Call } from '../call.ts';
import { emptyReply, type Reply } from '../reply.ts';
import type { Store } from '../store.ts';
import { findUpload } from './upload-part.ts';

/** Ends an upload and removes the bytes of its parts. */
export function abortMultipartUpload(call: Call, store: Store): Reply {
  const freedBlobs = store.database.transaction(() => {
    const upload = findUpload(call, store);
    const parts = store.uploads.parts({ upload: upload.id, after: 0, limit: -1 });
    store.uploads.end(upload);
    return parts.map((part) => part.blob);
  });
  store.blobs.remove(freedBlobs);
  return emptyReply(204);
}
