import { type Database, openDatabase } from '../../sqlite/open-database.ts';

const schemaVersion = 1;

/** Keys are UTF-8 text and compared as bytes, the order in which S3 lists them. */
const schema = `
  CREATE TABLE bucket (
    name TEXT PRIMARY KEY,
    versioned INTEGER NOT NULL,
    created INTEGER NOT NULL
  ) STRICT;
  CREATE TABLE version (
    sequence INTEGER PRIMARY KEY AUTOINCREMENT,
    bucket TEXT NOT NULL REFERENCES bucket,
    key TEXT NOT NULL,
    version_id TEXT NOT NULL,
    is_latest INTEGER NOT NULL,
    kind TEXT NOT NULL CHECK (kind IN ('object', 'delete-marker')),
    modified INTEGER NOT NULL,
    size INTEGER NOT NULL,
    etag TEXT NOT NULL,
    headers TEXT NOT NULL,
    tags TEXT NOT NULL,
    checksum TEXT NOT NULL
  ) STRICT;
  CREATE UNIQUE INDEX version_by_id ON version (bucket, key, version_id);
  CREATE UNIQUE INDEX version_by_key ON version (bucket, key, sequence DESC);
  CREATE UNIQUE INDEX latest_version ON version (bucket, key) WHERE is_latest = 1;
  CREATE TABLE version_blob (
    sequence INTEGER NOT NULL REFERENCES version ON DELETE CASCADE,
    position INTEGER NOT NULL,
    blob TEXT NOT NULL,
    size INTEGER NOT NULL,
    PRIMARY KEY (sequence, position)
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE upload (
    id TEXT PRIMARY KEY,
    bucket TEXT NOT NULL REFERENCES bucket,
    key TEXT NOT NULL,
    initiated INTEGER NOT NULL,
    headers TEXT NOT NULL,
    tags TEXT NOT NULL,
    algorithm TEXT NOT NULL,
    checksum_type TEXT NOT NULL,
    is_checksum_asked INTEGER NOT NULL
  ) STRICT;
  CREATE INDEX upload_by_key ON upload (bucket, key, id);
  CREATE TABLE part (
    upload TEXT NOT NULL REFERENCES upload ON DELETE CASCADE,
    number INTEGER NOT NULL,
    blob TEXT NOT NULL,
    size INTEGER NOT NULL,
    etag TEXT NOT NULL,
    digest TEXT NOT NULL,
    modified INTEGER NOT NULL,
    PRIMARY KEY (upload, number)
  ) STRICT, WITHOUT ROWID;
`;

/**
 * Opens the database of all objects and uploads; what it does not name does not exist. Only one server can
 * open it, because two servers on one folder would remove each other's incoming blobs.
 * @throws Error that names the file, when another server has it open or another version wrote it.
 */
export function openIndexDatabase(file: string): Database {
  return openDatabase({ file, title: 'the object index', schema, schemaVersion });
}
