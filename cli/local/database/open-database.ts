import { DatabaseSync } from 'node:sqlite';
import { type Row, type Statements, statementsOf } from './statements.ts';

/** An SQLite file of the local stack. What it holds, holds after a SIGKILL. */
export interface Database {
  readonly sql: Statements;
  /** Runs the body in one transaction: all of it holds after a kill, or nothing. */
  transaction<Result>(body: () => Result): Result;
  close(): void;
}

interface DatabaseFile {
  readonly file: string;
  /** What the file is, for whoever cannot open it. */
  readonly title: string;
  /** The statements that make an empty file ready. */
  readonly schema: string;
  /** Grows with every change of the schema. */
  readonly schemaVersion: number;
}

/**
 * Opens the file, or makes it, and keeps every other opener out until it is closed or the process ends. A killed process
 * loses no committed transaction; a machine that loses its power may (no fsync at each commit).
 * @throws Error naming the file where another program has it open, or where it was written by another version.
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
        `it has layout ${version}, this program reads ${schemaVersion}: use another data folder`,
      );
    }
    database.exec('COMMIT');
  } catch (cause) {
    database.close();
    throw new Error(`Cannot open ${title} ${file}: ${reasonOf(cause)}`, { cause });
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
  throw new TypeError(`Column ${column} is no text.`);
}

/** A column that the schema makes an integer. */
export function integerOf(row: Row, column: string): number {
  const value = row[column];
  if (typeof value === 'number') return value;
  throw new TypeError(`Column ${column} is no integer.`);
}
