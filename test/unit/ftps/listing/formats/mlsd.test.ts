import { describe, expect, it } from 'vitest';
import { parseMlsdLine } from '../../../../../lambdas/ftps/listing/formats/mlsd.ts';

const plainFile = { kind: 'file', sizeBytes: 5, modified: undefined, unique: undefined };

describe('a line of MLSD', () => {
  it('has the size, the modified time and the unique fact of a file', () => {
    const entry = parseMlsdLine(
      'modify=20261120081000;perm=adfrw;size=1234;type=file;unique=FE00U98;UNIX.mode=0644; a b.txt',
    )?.entry;

    expect(entry).toEqual({
      kind: 'file',
      name: 'a b.txt',
      sizeBytes: 1234,
      modified: {
        raw: '20261120081000',
        wallClock: '2026-11-20T08:10:00',
        precision: 'second',
        clock: 'utc',
      },
      unique: 'FE00U98',
    });
  });

  it.each([
    ['Type=FILE;Size=5; upper case', { ...plainFile, name: 'upper case' }],
    ['type=file;size=5;  leading', { ...plainFile, name: ' leading' }],
    ['type=file;size=5; trailing ', { ...plainFile, name: 'trailing ' }],
    ['type=file;size=5; a; b=c; d', { ...plainFile, name: 'a; b=c; d' }],
    ['type=file; no size', { ...plainFile, name: 'no size', sizeBytes: undefined }],
    ['type=file;size=5;modify=yesterday; x', { ...plainFile, name: 'x' }],
    ['type=file;size=5;modify=20260230000000; x', { ...plainFile, name: 'x' }],
    ['type=dir; sub', { kind: 'directory', name: 'sub' }],
    ['type=cdir; /in', { kind: 'ignored' }],
    ['type=pdir; /', { kind: 'ignored' }],
    ['type=dir; ..', { kind: 'ignored' }],
    ['type=OS.unix=symlink;size=1; link', { kind: 'link', name: 'link' }],
    ['type=OS.unix=slink:/target;size=1; link', { kind: 'link', name: 'link' }],
    ['type=OS.unix=chr-1/3; null', { kind: 'special', name: 'null' }],
  ])('%j is understood', (line, expected) => {
    const entry = parseMlsdLine(line)?.entry;

    expect(entry).toEqual(expected);
  });

  it.each([
    [''],
    ['no facts'],
    ['type=file;size=5;'],
    ['type=file;size=5; '],
    ['size=5; no type'],
    ['type=unheard; x'],
    ['type=file;size=big; x'],
    ['type=file;size=-1; x'],
    ['-rw-r--r-- 1 a b 5 Nov 20 08:10 x'],
  ])('%j is not understood', (line) => {
    const entry = parseMlsdLine(line)?.entry;

    expect(entry).toBeUndefined();
  });

  it('keeps the fraction of a second in the raw time', () => {
    const entry = parseMlsdLine('type=file;modify=20261120081000.123; x')?.entry;

    expect(entry).toMatchObject({
      modified: { raw: '20261120081000.123', wallClock: '2026-11-20T08:10:00' },
    });
  });
});
