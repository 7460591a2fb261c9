import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { LocalUsageError } from '../../../local/account/usage-error.ts';
import { openDataFolder } from '../../../local/data-folder.ts';
import { DataFolderBusyError, readLock } from '../../../local/lock.ts';

let folder = '';

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'data-folder-'));
});

afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});

test('A second command is refused with the holder of the folder', () => {
  const held = openDataFolder(folder, 'ftps-sync run acme invoices');

  expect(() => openDataFolder(folder, 'ftps-sync plan')).toThrow(DataFolderBusyError);
  expect(() => openDataFolder(folder, 'ftps-sync plan')).toThrow(
    `in use by 'ftps-sync run acme invoices' (pid ${process.pid}`,
  );
  held.release();
});

test('A released folder can be opened again', () => {
  openDataFolder(folder, 'first').release();

  const again = openDataFolder(folder, 'second');

  expect(readLock(folder)).toMatchObject({ command: 'second', pid: process.pid });
  again.release();
});

test('A second release keeps the lock of the next holder', () => {
  const first = openDataFolder(folder, 'first');
  first.release();
  const second = openDataFolder(folder, 'second');

  first.release();

  expect(readLock(folder)?.command).toBe('second');
  second.release();
});

test('The lock contains the endpoint once it is published', () => {
  const held = openDataFolder(folder, 'local up');

  held.publishEndpoint('http://127.0.0.1:4566');

  expect(readLock(folder)?.endpoint).toBe('http://127.0.0.1:4566');
  held.release();
});

test('The lock of an ended program is taken over', async () => {
  const gone = spawn(process.execPath, ['-e', '']);
  await once(gone, 'close');
  const lock = {
    pid: gone.pid,
    startId: null,
    command: 'killed',
    endpoint: null,
    started: new Date().toISOString(),
  };
  writeFileSync(join(folder, 'lock.json'), JSON.stringify(lock));

  const held = openDataFolder(folder, 'next');

  expect(readLock(folder)?.command).toBe('next');
  held.release();
});

test.runIf(existsSync('/proc/self/stat'))(
  'The lock of an ended program whose pid is in use again is taken over (needs /proc)',
  () => {
    const lock = {
      pid: process.pid,
      startId: 'another boot 1',
      command: 'killed',
      endpoint: null,
      started: new Date().toISOString(),
    };
    writeFileSync(join(folder, 'lock.json'), JSON.stringify(lock));

    const held = openDataFolder(folder, 'next');

    expect(readLock(folder)?.command).toBe('next');
    held.release();
  },
);

const versions = [
  { title: 'an older version', text: '0\n', says: 'an older version of ftps-sync (format 0)' },
  { title: 'a newer version', text: '99\n', says: 'a newer version of ftps-sync (format 99)' },
  { title: 'an unreadable version', text: 'not a number\n', says: 'has no readable version file' },
];

test.each(versions)(
  'A folder with $title is refused with what to do, and its lock is released',
  ({ text, says }) => {
    writeFileSync(join(folder, 'version'), text);

    expect(() => openDataFolder(folder, 'run')).toThrow(LocalUsageError);
    expect(() => openDataFolder(folder, 'run')).toThrow(says);
    expect(() => openDataFolder(folder, 'run')).toThrow('Delete the folder to start over');
    expect(readLock(folder)).toBeUndefined();
  },
);

test('A path that is a file is refused with what to do', () => {
  const file = join(folder, 'file');
  writeFileSync(file, '');

  expect(() => openDataFolder(file, 'run')).toThrow(/cannot be written \(EEXIST\).*--data/);
});

test.skipIf(process.getuid?.() === 0)(
  'A folder that cannot be written is refused (root can write everywhere)',
  () => {
    chmodSync(folder, 0o500);

    expect(() => openDataFolder(folder, 'run')).toThrow(/cannot be written \(EACCES\).*--data/);
  },
);
