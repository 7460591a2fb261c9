import type { ObjectKey } from '../../core/path/object-key.ts';
import type { Bucket } from '../bucket.ts';

/** Where an object is written. */
export interface UploadTarget {
  readonly bucket: Bucket;
  readonly key: ObjectKey;
}
