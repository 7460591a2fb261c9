import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Database } from '../database/open-database.ts';
import { Blobs } from './blobs.ts';
import { BucketIndex } from './bucket-index.ts';
import { openIndexDatabase } from './index-database.ts';
import { ObjectIndex } from './object-index.ts';
import { namedBlobs, UploadIndex } from './upload-index.ts';

/** What happened to an object, with what an EventBridge "Object Created" event of S3 says of it. */
export interface ObjectCreated {
  readonly bucket: string;
  readonly key: string;
  readonly sizeBytes: number;
  readonly etag: string;
  /** Undefined in a bucket that is not versioned. */
  readonly versionId: string | undefined;
  /** Of two events of one key, the one with the greater text came later. */
  readonly sequencer: string;
  readonly reason: 'PutObject' | 'CompleteMultipartUpload';
}

export interface StoreOptions {
  readonly folder: string;
  readonly now: () => Date;
  readonly onEvent: (event: ObjectCreated) => void;
}

/** Everything the operations work on: the index that says what exists, and the bytes. */
export interface Store {
  readonly database: Database;
  readonly buckets: BucketIndex;
  readonly objects: ObjectIndex;
  readonly uploads: UploadIndex;
  readonly blobs: Blobs;
  readonly now: () => Date;
  readonly onEvent: (event: ObjectCreated) => void;
}

/** Opens the folder, made where missing, and removes what a killed server left behind. */
export function openStore({ folder, now, onEvent }: StoreOptions): Store {
  mkdirSync(folder, { recursive: true });
  const database = openIndexDatabase(join(folder, 'index.sqlite'));
  const blobs = new Blobs(folder);
  blobs.sweep(namedBlobs(database));
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
