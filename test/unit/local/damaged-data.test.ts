import {
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Level } from 'level';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { LocalUsageError } from '../../../local/account/usage-error.ts';
import { openDataFolder } from '../../../local/data-folder.ts';
import { checkTables } from '../../../local/dynamodb/check-tables.ts';
import { recordTableFiles } from '../../../local/dynamodb/table-files.ts';
import { Blobs } from '../../../local/s3/store/blobs.ts';
import { openIndexDatabase } from '../../../local/s3/store/index-database.ts';

let folder = '';

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'damaged-'));
});

afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});

const wayOut = /Restore the data folder from a copy, or delete it to start over .*--data/;

describe('damage of the tables', () => {
  async function makeTables(): Promise<void> {
    const tables = new Level(folder);
    await tables.put('a', 'b'.repeat(10_000));
    await tables.close();
    // Opening it again writes the log to a table file.
    await tables.open();
    await tables.close();
  }

  const tableFile = () => readdirSync(folder).find((name) => name.endsWith('.ldb')) ?? '';

  it.each([
    ['a table file is cut', () => truncateSync(join(folder, tableFile()), 100), '.ldb'],
    ['a table file is missing', () => rmSync(join(folder, tableFile())), '.ldb'],
    ['the name of the manifest is garbled', () => writeFileSync(join(folder, 'CURRENT'), 'x'), 'CURRENT'],
  ])('is named with the way out, where %s', async (_, damage, says) => {
    await makeTables();
    damage();

    const refusal = await checkTables(folder).catch((error: unknown) => error);

    expect(refusal).toBeInstanceOf(LocalUsageError);
    expect(String(refusal)).toMatch(wayOut);
    expect(String(refusal)).toContain(says);
  });

  it('is named with the way out, where a byte inside of a table file is not what it was', async () => {
    await makeTables();
    recordTableFiles(folder);
    const file = join(folder, tableFile());
    garble(file, 20, 21);

    const refusal = await checkTables(folder).catch((error: unknown) => error);

    expect(refusal).toBeInstanceOf(LocalUsageError);
    expect(String(refusal)).toMatch(wayOut);
    expect(String(refusal)).toContain(file);
  });

  it('is not seen in whole ones, or in a new folder', async () => {
    await checkTables(folder);
    await makeTables();
    await checkTables(folder);
    recordTableFiles(folder);
    await checkTables(folder);
  });
});

it.each([
  ['overwritten', 'no database at all'.repeat(1000)],
  ['cut', 'SQLite format 3\u0000'],
])('An index that is %s is named with the way out', (_, bytes) => {
  const file = join(folder, 'index.sqlite');
  writeFileSync(file, bytes);

  expect(() => openIndexDatabase(file)).toThrow(LocalUsageError);
  expect(() => openIndexDatabase(file)).toThrow(wayOut);
  expect(() => openIndexDatabase(file)).toThrow(file);
});

it('An index with a garbled page inside is named with the way out', () => {
  const file = join(folder, 'index.sqlite');
  openIndexDatabase(file).close();
  garble(file, 4096, 8192);

  expect(() => openIndexDatabase(file)).toThrow(LocalUsageError);
  expect(() => openIndexDatabase(file)).toThrow(wayOut);
});

/** Inverts the bytes of a range. */
function garble(file: string, from: number, to: number): void {
  const content = readFileSync(file);
  for (let at = from; at < to; at += 1) content.writeUInt8(content.readUInt8(at) ^ 0xff, at);
  writeFileSync(file, content);
}

it('A blob that is missing or cut is found before its bytes are sent', async () => {
  const blobs = new Blobs(folder);
  blobs.sweep(new Set());
  const incoming = blobs.incoming();
  await incoming.write(bytes('abc'));
  await incoming.place();
  const blob = { id: incoming.id, sizeBytes: 3 };
  const file = join(folder, 'blobs', blob.id);

  expect(blobs.findDamaged([blob])).toBeUndefined();
  truncateSync(file, 1);
  expect(blobs.findDamaged([blob])).toEqual({ file, why: 'it has 1 bytes instead of 3' });
  rmSync(file);
  expect(blobs.findDamaged([blob])).toEqual({ file, why: 'it is missing' });
});

it('A part of the data folder that is no folder is named', () => {
  writeFileSync(join(folder, 'objects'), '');

  expect(() => openDataFolder(folder, 'test')).toThrow(`${join(folder, 'objects')}: it is not a folder`);
  expect(existsSync(join(folder, 'lock.json'))).toBe(false);
});

it.skipIf(!existsSync('/proc/self'))('A folder that the file system refuses ends at once', () => {
  expect(() => openDataFolder('/proc/no-such-folder/data', 'test')).toThrow('cannot be written (ENOENT)');
});

async function* bytes(text: string): AsyncGenerator<Buffer> {
  yield Buffer.from(text);
}
