import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import { join } from 'node:path';
import { Level } from 'level';
import { damagedDataError } from '../account/usage-error.ts';
import { findChangedFile, tableFiles } from './table-files.ts';

/** The last bytes of each table file of LevelDB (its doc/table_format.md, 'Footer'). */
const footerMagic = Buffer.from('57fb808b247547db', 'hex');

const title = 'the ledger';

/**
 * Opens and closes the LevelDB of the tables. dynalite, which uses it, ends the process where it cannot be
 * opened, and does not say why.
 * @throws LocalUsageError that names the damaged file, and the way out.
 */
export async function checkTables(folder: string): Promise<void> {
  for (const name of tableFiles(folder)) {
    const file = join(folder, name);
    if (!hasFooter(file)) throw damagedDataError(title, file, 'it does not end as a table file does');
  }
  const changed = findChangedFile(folder);
  if (changed !== undefined)
    throw damagedDataError(title, join(folder, changed), 'its bytes are not those that were written');
  const database = new Level(folder);
  try {
    await database.open();
  } catch (error) {
    throw damagedDataError(title, folder, describeCause(error), error);
  } finally {
    await database.close();
  }
}

/** The error of the library says only that the database is not open; its cause says why. */
function describeCause(error: unknown): string {
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
  return cause instanceof Error ? cause.message : String(cause);
}

function hasFooter(file: string): boolean {
  const opened = openSync(file, 'r');
  try {
    const end = Buffer.alloc(footerMagic.length);
    const from = fstatSync(opened).size - end.length;
    return from >= 0 && readSync(opened, end, 0, end.length, from) === end.length && end.equals(footerMagic);
  } finally {
    closeSync(opened);
  }
}
