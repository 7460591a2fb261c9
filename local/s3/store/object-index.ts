import { type Database, readInteger, readText } from '../../sqlite/open-database.ts';
import type { Row } from '../../sqlite/statements.ts';
import type { Blob } from './blobs.ts';
import { assertDeletable, assertWritable, type DeleteCondition, type WriteCondition } from './conditions.ts';
import type { KeyScan } from './listing.ts';
import {
  type NewObject,
  type ObjectVersion,
  type StoredObject,
  type Tag,
  toVersion,
} from './object-version.ts';
import { newVersionId, nullVersion } from './version-id.ts';

interface Write {
  readonly object: NewObject;
  /** The blobs of the object, in order. */
  readonly blobs: readonly Blob[];
  readonly condition: WriteCondition;
  readonly isVersioned: boolean;
}

export interface Written {
  readonly object: StoredObject;
  /** The blobs of the replaced object. The caller must remove them after the commit. */
  readonly freedBlobs: readonly string[];
}

/** The result of a delete: the version that was removed, or the delete marker that was removed or created. */
export interface Removal {
  readonly versionId: string | undefined;
  readonly isDeleteMarker: boolean;
  readonly freedBlobs: readonly string[];
}

interface Deletion {
  readonly bucket: string;
  readonly key: string;
  readonly isVersioned: boolean;
  readonly versionId: string | undefined;
  readonly condition: DeleteCondition;
  readonly now: Date;
}

/**
 * SQLite sorts a blob after all text (sqlite.org/datatype3.html, 4.1): an upper limit for ranges without one.
 */
export const aboveAllText = new Uint8Array(0);

/** The versions of all keys. Writes must be called in a transaction of the database. */
export class ObjectIndex {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  /** The named version, or the latest one; it may be a delete marker. */
  find(bucket: string, key: string, versionId?: string): ObjectVersion | undefined {
    const { sql } = this.#database;
    const row =
      versionId === undefined
        ? sql.get`SELECT * FROM version WHERE bucket = ${bucket} AND key = ${key} AND is_latest = 1`
        : sql.get`SELECT * FROM version WHERE bucket = ${bucket} AND key = ${key} AND version_id = ${versionId}`;
    return row === undefined ? undefined : toVersion(row);
  }

  listBlobs(version: ObjectVersion): readonly Blob[] {
    return this.#database.sql
      .all`SELECT blob, size FROM version_blob WHERE sequence = ${version.sequence} ORDER BY position`.map(
      toBlob,
    );
  }

  /** The latest objects in the range, in key order, without keys whose latest version is a delete marker. */
  list({ bucket, from, until, limit }: KeyScan): readonly StoredObject[] {
    return this.#database.sql.all`
      SELECT * FROM version
      WHERE bucket = ${bucket} AND is_latest = 1 AND kind = 'object' AND key >= ${from} AND key < ${until ?? aboveAllText}
      ORDER BY key LIMIT ${limit}`
      .map(toVersion)
      .filter((version) => version.kind === 'object');
  }

  /**
   * All versions in the range in key order, newest first; for the key `from` only those before
   * `beforeSequence`.
   */
  listVersions(scan: KeyScan & { readonly beforeSequence: number }): readonly ObjectVersion[] {
    const { bucket, from, until, limit, beforeSequence } = scan;
    return this.#database.sql.all`
      SELECT * FROM version
      WHERE bucket = ${bucket} AND key >= ${from} AND key < ${until ?? aboveAllText}
        AND (key > ${from} OR sequence < ${beforeSequence})
      ORDER BY key, sequence DESC LIMIT ${limit}`.map(toVersion);
  }

  /**
   * Makes the object the latest version of its key.
   * @throws S3Error when the condition fails. Of concurrent conditional writers one succeeds.
   */
  write(write: Write): Written {
    const { sql } = this.#database;
    const { object } = write;
    const current = this.find(object.bucket, object.key);
    assertWritable(write.condition, current?.kind === 'object' ? current.etag : undefined);
    const sequence = this.#nextSequence();
    const versionId = write.isVersioned ? newVersionId(sequence) : nullVersion;
    const freedBlobs = this.#drop(this.find(object.bucket, object.key, versionId));
    this.#unsetLatest(object);
    sql.run`
      INSERT INTO version
        (sequence, bucket, key, version_id, is_latest, kind, modified, size, etag, headers, tags, checksum)
      VALUES (${sequence}, ${object.bucket}, ${object.key}, ${versionId}, 1, 'object', ${object.modified.getTime()},
        ${object.sizeBytes}, ${object.etag}, ${JSON.stringify(object.headers)}, ${JSON.stringify(object.tags)},
        ${JSON.stringify(object.checksum)})`;
    write.blobs.forEach((blob, position) => {
      sql.run`INSERT INTO version_blob (sequence, position, blob, size)
        VALUES (${sequence}, ${position}, ${blob.id}, ${blob.sizeBytes})`;
    });
    return { object: { kind: 'object', ...object, sequence, versionId, isLatest: true }, freedBlobs };
  }

  /**
   * Removes the named version. Without a version id, removes the object, or adds a delete marker in a
   * versioned bucket.
   * @throws S3Error when the condition fails.
   */
  remove(deletion: Deletion): Removal {
    const { bucket, key } = deletion;
    const current = this.find(bucket, key);
    assertDeletable(deletion.condition, current?.kind === 'object' ? current.etag : undefined);
    if (deletion.versionId !== undefined || !deletion.isVersioned) {
      const version = this.find(bucket, key, deletion.versionId ?? nullVersion);
      const freedBlobs = this.#drop(version);
      this.#setLatest({ bucket, key });
      const isDeleteMarker = version?.kind === 'delete-marker';
      return { versionId: deletion.versionId, isDeleteMarker, freedBlobs };
    }
    const sequence = this.#nextSequence();
    const versionId = newVersionId(sequence);
    this.#unsetLatest(deletion);
    this.#database.sql.run`
      INSERT INTO version
        (sequence, bucket, key, version_id, is_latest, kind, modified, size, etag, headers, tags, checksum)
      VALUES (${sequence}, ${bucket}, ${key}, ${versionId}, 1, 'delete-marker', ${deletion.now.getTime()},
        0, '', '{}', '[]', '{}')`;
    return { versionId, isDeleteMarker: true, freedBlobs: [] };
  }

  tag(version: StoredObject, tags: readonly Tag[]): void {
    this.#database.sql
      .run`UPDATE version SET tags = ${JSON.stringify(tags)} WHERE sequence = ${version.sequence}`;
  }

  /** AUTOINCREMENT never reuses the sequence of a removed version. */
  #nextSequence(): number {
    const row = this.#database.sql.get`SELECT seq FROM sqlite_sequence WHERE name = 'version'`;
    return row === undefined ? 1 : readInteger(row, 'seq') + 1;
  }

  #drop(version: ObjectVersion | undefined): readonly string[] {
    if (version === undefined) return [];
    const freed = this.listBlobs(version).map((blob) => blob.id);
    this.#database.sql.run`DELETE FROM version WHERE sequence = ${version.sequence}`;
    return freed;
  }

  #unsetLatest({ bucket, key }: Pick<ObjectVersion, 'bucket' | 'key'>): void {
    this.#database.sql
      .run`UPDATE version SET is_latest = 0 WHERE bucket = ${bucket} AND key = ${key} AND is_latest = 1`;
  }

  #setLatest({ bucket, key }: Pick<ObjectVersion, 'bucket' | 'key'>): void {
    this.#database.sql.run`UPDATE version SET is_latest = 1 WHERE sequence =
      (SELECT max(sequence) FROM version WHERE bucket = ${bucket} AND key = ${key})`;
  }
}

function toBlob(row: Row): Blob {
  return { id: readText(row, 'blob'), sizeBytes: readInteger(row, 'size') };
}
