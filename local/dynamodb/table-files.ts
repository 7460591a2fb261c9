import { existsSync, readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { crc32 } from 'node:zlib';
import { z } from 'zod';

/** Beside the files of LevelDB, which leaves alone what it does not know. */
const recordName = 'table-files.json';

const recordSchema = z.record(z.string(), z.number());

/** CRC-32 of each table file, by its name. */
type TableFiles = Readonly<Record<string, number>>;

/**
 * Records the table files when the tables are closed. LevelDB writes a table file once, never changes it, and
 * gives its number to no other, and it checks the bytes of a block only when it is told to, which the library
 * cannot do. A folder that somebody has deleted has none.
 */
export function recordTableFiles(folder: string): void {
  if (!existsSync(folder)) return;
  const before = readRecord(folder);
  const files = tableFiles(folder).map((name) => [name, before[name] ?? crcOf(folder, name)] as const);
  const draft = join(folder, `${recordName}.new`);
  writeFileSync(draft, JSON.stringify(Object.fromEntries(files)));
  renameSync(draft, join(folder, recordName));
}

/** The name of a table file that is not what it was when it was recorded; undefined if there is none. */
export function findChangedFile(folder: string): string | undefined {
  const before = readRecord(folder);
  return tableFiles(folder).find(
    (name) => before[name] !== undefined && before[name] !== crcOf(folder, name),
  );
}

export function tableFiles(folder: string): readonly string[] {
  return readdirSync(folder).filter((name) => name.endsWith('.ldb'));
}

/** LevelDB's files have two megabytes each. */
function crcOf(folder: string, name: string): number {
  return crc32(readFileSync(join(folder, name)));
}

/** Nothing is known of the files of a stack that was killed, or of an earlier version. */
function readRecord(folder: string): TableFiles {
  try {
    return recordSchema.parse(JSON.parse(readFileSync(join(folder, recordName), 'utf8')));
  } catch {
    return {};
  }
}
