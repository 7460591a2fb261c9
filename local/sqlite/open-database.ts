import { DatabaseSync } from 'node:sqlite';
import { damagedDataError, LocalUsageError } from '../account/usage-error.ts';
import { prepareStatements, type Row, type Statements } from './statements.ts';

/** An SQLite file of the local stack. Committed data survives a SIGKILL. */
export interface Database {
  readonly sql: Statements;
  /** Runs the body in one transaction, and rolls it back when the body throws. */
  transaction<Result>(body: () => Result): Result;
  close(): void;
}

interface DatabaseFile {
  readonly file: string;
  /** Names the file in errors. */
  readonly title: string;
  /** The statements that set up an empty file. */
  readonly schema: string;
  /** Increases with every change of the schema. */
  readonly schemaVersion: number;
}

/**
 * Creates or opens the file and locks it until it is closed or the process ends. A killed process loses no
 * committed transaction; a power failure may lose some, because commits do not fsync.
 * @throws LocalUsageError when the file is damaged.
 * @throws Error that names the file, when another program has it open or another version wrote it.
 */
export function openDatabase({ file, title, schema, schemaVersion }: DatabaseFile): Database {
  const database = new DatabaseSync(file);
  try {
    database.exec('PRAGMA locking_mode = EXCLUSIVE; PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL;');
    database.exec('BEGIN IMMEDIATE');
    const version = Number(database.prepare('PRAGMA user_version').get()?.user_version);
    if (version === 0) database.exec(`${schema}; PRAGMA user_version = ${schemaVersion};`);
    else if (version !== schemaVersion) {
      throw new Error(
        `it has schema version ${version} and this program reads ${schemaVersion}; choose another data folder`,
      );
    }
    database.exec('COMMIT');
    const found = String(database.prepare('PRAGMA quick_check(1)').get()?.quick_check);
    if (found !== 'ok') throw damagedDataError(title, file, found);
  } catch (cause) {
    database.close();
    if (cause instanceof LocalUsageError) throw cause;
    if (isDamage(cause)) throw damagedDataError(title, file, describeReason(cause), cause);
    throw new Error(`Cannot open ${title} ${file}: ${describeReason(cause)}`, { cause });
  }
  const sql = prepareStatements(database);
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

/** SQLITE_BUSY, SQLITE_CORRUPT and SQLITE_NOTADB (sqlite.org/rescode.html). */
const busy = 5;
const damages: ReadonlySet<unknown> = new Set([11, 26]);

function isDamage(error: unknown): boolean {
  return error instanceof Error && 'errcode' in error && damages.has(error.errcode);
}

function describeReason(error: unknown): string {
  if (error instanceof Error && 'errcode' in error && error.errcode === busy) {
    return 'another server has it open; stop that server, or choose another data folder';
  }
  return error instanceof Error ? error.message : String(error);
}

/** The value of a text column. */
export function readText(row: Row, column: string): string {
  const value = row[column];
  if (typeof value === 'string') return value;
  throw new TypeError(`Column ${column} is not text.`);
}

/** The value of an integer column. */
export function readInteger(row: Row, column: string): number {
  const value = row[column];
  if (typeof value === 'number') return value;
  throw new TypeError(`Column ${column} is not an integer.`);
}
