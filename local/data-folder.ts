import { existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { damagedDataError, LocalUsageError } from './account/usage-error.ts';
import { type HeldLock, takeLock } from './lock.ts';

/** Increases with every change that older versions cannot read. Data folders are not migrated. */
const dataFormat = 2;

/** The folder with all data of the local stack: tables, objects, queues, synthesized templates and logs. */
export interface DataFolder extends HeldLock {
  readonly path: string;
  readonly tables: string;
  readonly objects: string;
  readonly queues: string;
  readonly templates: string;
  readonly logs: string;
}

/**
 * Creates or opens the folder and takes its lock. The caller must release it.
 * @param command names this program to others that find the folder busy.
 * @throws DataFolderBusyError while another program uses the folder.
 * @throws LocalUsageError when the folder cannot be written, or another version of the program made it.
 */
export function openDataFolder(folder: string, command: string): DataFolder {
  const path = resolve(folder);
  const parts = {
    tables: join(path, 'tables'),
    objects: join(path, 'objects'),
    queues: join(path, 'queues'),
    templates: join(path, 'cdk.out'),
    logs: join(path, 'logs'),
  };
  const lock = explainWriteError(path, () => {
    makeFolder(path);
    return takeLock(path, command);
  });
  try {
    explainWriteError(path, () => {
      checkFormat(path);
      for (const part of Object.values(parts)) {
        if (existsSync(part) && !isFolder(part)) throw damagedDataError('a part', part, 'it is not a folder');
        makeFolder(part);
      }
    });
  } catch (error) {
    lock.release();
    throw error;
  }
  return { path, ...parts, ...lock };
}

/**
 * Creates the folder and those above it. Node's own `recursive` never returns in a file system that refuses a
 * new folder with ENOENT, such as /proc.
 */
function makeFolder(path: string): void {
  if (isFolder(path)) return;
  const parent = dirname(path);
  if (!existsSync(parent)) makeFolder(parent);
  mkdirSync(path, { mode: 0o700 });
}

function isFolder(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() === true;
}

function checkFormat(path: string): void {
  const file = join(path, 'version');
  const text = readIfPresent(file);
  if (text === undefined) {
    writeFileSync(file, `${dataFormat}\n`);
    return;
  }
  const found = Number(text.trim());
  if (found === dataFormat) return;
  const age = found < dataFormat ? 'an older' : 'a newer';
  const what = Number.isInteger(found)
    ? `was written by ${age} version of ftps-sync (format ${found})`
    : 'has no readable version file';
  throw new LocalUsageError(
    `The data folder ${path} ${what}. This version reads format ${dataFormat}. ` +
      'Delete the folder to start over (its local files and ledger are lost), or choose another one with --data.',
  );
}

function readIfPresent(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw error;
  }
}

const writeErrorCodes = ['EACCES', 'EPERM', 'EROFS', 'ENOTDIR', 'EEXIST', 'ENOENT', 'ENOSPC'];

/** Turns an error that means 'not writable' into one that says what to do. */
function explainWriteError<T>(path: string, write: () => T): T {
  try {
    return write();
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && writeErrorCodes.includes(String(error.code))))
      throw error;
    throw new LocalUsageError(
      `The data folder ${path} cannot be written (${error.code}). Make it writable, or choose another one with --data.`,
      { cause: error },
    );
  }
}
