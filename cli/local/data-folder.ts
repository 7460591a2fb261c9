import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { type HeldLock, takeLock } from './lock.ts';
import { LocalUsageFault } from './usage-fault.ts';

/** Grows with every change that an older program could not read: folders are not converted, they are started anew. */
const dataFormat = 2;

/** The folder that holds everything the local stack keeps: tables, objects, queues, synthesized templates, logs. */
export interface DataFolder extends HeldLock {
  readonly path: string;
  readonly tables: string;
  readonly objects: string;
  readonly queues: string;
  readonly templates: string;
  readonly logs: string;
}

/**
 * Makes the folder or opens it, and takes its lock; the caller releases it.
 * @throws DataFolderBusy while another program uses it.
 * @throws LocalUsageFault where it cannot be written, is of another version, or holds something else.
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
  const lock = orNotWritable(path, () => {
    mkdirSync(path, { recursive: true, mode: 0o700 });
    return takeLock(path, command);
  });
  try {
    orNotWritable(path, () => {
      checkFormat(path);
      for (const part of Object.values(parts)) mkdirSync(part, { recursive: true, mode: 0o700 });
    });
  } catch (error) {
    lock.release();
    throw error;
  }
  return { path, ...parts, ...lock };
}

function checkFormat(path: string): void {
  const file = join(path, 'version');
  const text = readIfThere(file);
  if (text === undefined) {
    writeFileSync(file, `${dataFormat}\n`);
    return;
  }
  const found = Number(text.trim());
  if (found === dataFormat) return;
  const age = found < dataFormat ? 'an older' : 'a newer';
  const what = Number.isInteger(found)
    ? `comes from ${age} version of ftps-sync (format ${found})`
    : 'has no readable version';
  throw new LocalUsageFault(
    `The data folder ${path} ${what}; this one reads format ${dataFormat}. ` +
      'Remove the folder to start anew (its local files and ledger are lost), or use another one with --data.',
  );
}

function readIfThere(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw error;
  }
}

const notWritable = ['EACCES', 'EPERM', 'EROFS', 'ENOTDIR', 'EEXIST', 'ENOENT', 'ENOSPC'];

function orNotWritable<T>(path: string, write: () => T): T {
  try {
    return write();
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && notWritable.includes(String(error.code)))) throw error;
    throw new LocalUsageFault(
      `The data folder ${path} cannot be written (${error.code}). Make it writable, or use another one with --data.`,
      { cause: error },
    );
  }
}
