import type { Written } from '../object-index.ts';
import type { ObjectCreated, Store } from '../store.ts';
import { nullVersion } from '../version-id.ts';

/** Sequence numbers are written with this many hexadecimal digits, so that their texts compare like the numbers. */
const sequencerDigits = 16;

/** After the commit: removes the bytes of what was replaced, and tells that there is a new object. */
export function announce(
  store: Store,
  { object, freedBlobs }: Written,
  reason: ObjectCreated['reason'],
): void {
  store.blobs.remove(freedBlobs);
  store.onEvent({
    bucket: object.bucket,
    key: object.key,
    sizeBytes: object.sizeBytes,
    etag: object.etag,
    versionId: object.versionId === nullVersion ? undefined : object.versionId,
    sequencer: object.sequence.toString(16).toUpperCase().padStart(sequencerDigits, '0'),
    reason,
  });
}
