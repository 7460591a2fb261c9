import { emptyReply, type Reply } from '../protocol/reply.ts';
import type { Store } from '../store/store.ts';
import type { Call } from './call.ts';
import { findUpload } from './upload-part.ts';

/** Ends an upload and removes its parts. */
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
