import { DatabaseSync } from 'node:sqlite';
import { type Row, type Statements, statementsOf } from './statements.ts';

/** The database that says which objects and uploads exist. What it does not name, does not exist. */
export interface IndexDatabase {
  readonly sql: Statements;
  /** Runs the body in one transaction: all of it holds after a kill, or nothing. */
  transaction<Result>(body: () => Result): Result;
  close(): void;
}

const schemaVersion = 1;

/** Keys are text in UTF-8, compared as bytes: the order S3 lists them in. */
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
  PRAGMA user_version = ${schemaVersion};
`;

/**
 * Opens the index, or makes it, and keeps every other opener out until it is closed or the process ends: two servers on one
 * folder would remove each other's growing blobs. A killed process loses no committed transaction; a machine that loses its
 * power may (no fsync at each commit).
 * @throws Error naming the file where another server has it open, or where it was written by another version.
 */
export function openIndexDatabase(file: string): IndexDatabase {
  const database = new DatabaseSync(file);
  try {
    database.exec('PRAGMA locking_mode = EXCLUSIVE; PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL;');
    database.exec('BEGIN IMMEDIATE');
    const version = Number(database.prepare('PRAGMA user_version').get()?.user_version);
    if (version === 0) database.exec(schema);
    else if (version !== schemaVersion) {
      throw new Error(
        `it has layout ${version}, this program reads ${schemaVersion}: use another data folder`,
      );
    }
    database.exec('COMMIT');
  } catch (cause) {
    database.close();
    throw new Error(`Cannot open the object index ${file}: ${reasonOf(cause)}`, { cause });
  }
  const sql = statementsOf(database);
  return {
    sql,
    transaction: (body) => {
      database.exec('BEGIN IMMEDIATE');
      try {
        const result = body();
        database.exec('COMMIT');
        return result;
      } catch (error) {
        if (database.isTransaction) database.exec('ROLLBACK');
        throw error;
      }
    },
    close: () => database.close(),
  };
}

/** SQLITE_BUSY (sqlite.org/rescode.html). */
const busy = 5;

function reasonOf(error: unknown): string {
  if (error instanceof Error && 'errcode' in error && error.errcode === busy) {
    return 'another server has it open; stop that one, or use another data folder';
  }
  return error instanceof Error ? error.message : String(error);
}

/** A column that the schema makes text. */
export function textOf(row: Row, column: string): string {
  const value = row[column];
  if (typeof value === 'string') return value;
  throw new TypeError(`Column ${column} of the object index is no text.`);
}

/** A column that the schema makes an integer. */
export function integerOf(row: Row, column: string): number {
  const value = row[column];
  if (typeof value === 'number') return value;
  throw new TypeError(`Column ${column} of the object index is no integer.`);
}
