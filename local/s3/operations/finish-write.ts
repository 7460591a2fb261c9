import type { Written } from '../store/object-index.ts';
import type { ObjectCreated, Store } from '../store/store.ts';
import { nullVersion } from '../store/version-id.ts';

/** Sequencers have a fixed number of hexadecimal digits, so that they sort correctly as strings. */
const sequencerDigits = 16;

/** Call it after the commit: removes the blobs of the replaced object and sends the event of the new one. */
export function finishWrite(
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
