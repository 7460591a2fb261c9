import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Database } from '../../sqlite/open-database.ts';
import { Blobs } from './blobs.ts';
import { BucketIndex } from './bucket-index.ts';
import { openIndexDatabase } from './index-database.ts';
import { ObjectIndex } from './object-index.ts';
import { listUsedBlobs, UploadIndex } from './upload-index.ts';

/** A new object, with the data of S3's EventBridge event "Object Created". */
export interface ObjectCreated {
  readonly bucket: string;
  readonly key: string;
  readonly sizeBytes: number;
  readonly etag: string;
  /** Undefined in a bucket without versioning. */
  readonly versionId: string | undefined;
  /** Of two events for one key, the later one has the greater string. */
  readonly sequencer: string;
  readonly reason: 'PutObject' | 'CompleteMultipartUpload';
}

export interface StoreOptions {
  readonly folder: string;
  readonly now: () => Date;
  readonly onEvent: (event: ObjectCreated) => void;
}

/** What the operations use: the index of what exists, and the bytes. */
export interface Store {
  readonly database: Database;
  readonly buckets: BucketIndex;
  readonly objects: ObjectIndex;
  readonly uploads: UploadIndex;
  readonly blobs: Blobs;
  readonly now: () => Date;
  readonly onEvent: (event: ObjectCreated) => void;
}

/** Creates or opens the folder, and removes what a killed server left. */
export function openStore({ folder, now, onEvent }: StoreOptions): Store {
  mkdirSync(folder, { recursive: true });
  const database = openIndexDatabase(join(folder, 'index.sqlite'));
  const blobs = new Blobs(folder);
  blobs.sweep(listUsedBlobs(database));
  return {
    database,
    buckets: new BucketIndex(database),
    objects: new ObjectIndex(database),
    uploads: new UploadIndex(database),
    blobs,
    now,
    onEvent,
  };
}
