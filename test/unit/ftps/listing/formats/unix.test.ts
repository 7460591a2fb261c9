import { describe, expect, it } from 'vitest';
import { parseUnixLine } from '../../../../../lambdas/ftps/listing/formats/unix.ts';
import { context } from '../read-lines.ts';

const parse = (line: string) => parseUnixLine(line, context)?.entry;

describe('a line of LIST in the Unix format', () => {
  it('has the size and modified time of a file', () => {
    const entry = parse('-rw-r--r--    1 ftp      ftp          1234 Nov 20 08:10 a b.txt');

    expect(entry).toEqual({
      kind: 'file',
      name: 'a b.txt',
      sizeBytes: 1234,
      modified: {
        raw: 'Nov 20 08:10',
        wallClock: '2026-11-20T08:10:00',
        precision: 'minute',
        clock: 'server',
      },
      unique: undefined,
    });
  });

  it.each([
    ['two columns of names', '-rw-r--r-- 1 owner group 5 Nov 20 08:10 x', 'x'],
    ['an owner alone', '-rw-r--r-- 1 owner 5 Nov 20 08:10 x', 'x'],
    ['a group with spaces', '-rw-r--r-- 1 ACME\\joe domain users 5 Nov 20 08:10 x', 'x'],
    ['numbers for names', '-rw-r--r-- 1 1000 2000 5 Nov 20 08:10 x', 'x'],
    ['an access list', '-rw-r--r--+ 1 owner group 5 Nov 20 08:10 x', 'x'],
    ['a leading space', '-rw-r--r-- 1 o g 5 Nov 20 08:10  x', ' x'],
    ['a trailing space', '-rw-r--r-- 1 o g 5 Nov 20 08:10 x ', 'x '],
    ['a date in the name', '-rw-r--r-- 1 o g 5 Nov 20 08:10 7 Dec 24 2020 x', '7 Dec 24 2020 x'],
    ['an arrow in the name of a file', '-rw-r--r-- 1 o g 5 Nov 20 08:10 a -> b', 'a -> b'],
    ['the day first', '-rw-r--r-- 1 o g 5 20 Nov 08:10 x', 'x'],
    ['a name like a total', '-rw-r--r-- 1 o g 5 Nov 20 08:10 total 5', 'total 5'],
  ])('keeps the name with %s', (_what, line, name) => {
    const entry = parse(line);

    expect(entry).toMatchObject({ kind: 'file', name, sizeBytes: 5 });
  });

  it.each([
    ['Nov 20 08:10', '2026-11-20T08:10:00', 'minute'],
    ['Nov 20 23:59', '2026-11-20T23:59:00', 'minute'],
    // A server to the east may already be in tomorrow; anything later is in the last year.
    ['Nov 21 11:59', '2026-11-21T11:59:00', 'minute'],
    ['Nov 21 12:01', '2025-11-21T12:01:00', 'minute'],
    ['Dec 31 08:10', '2025-12-31T08:10:00', 'minute'],
    ['Jan  1 00:00', '2026-01-01T00:00:00', 'minute'],
    ['Feb 29 08:10', '2024-02-29T08:10:00', 'minute'],
    ['Nov 20  2019', '2019-11-20T00:00:00', 'day'],
    ['nov 20 2019', '2019-11-20T00:00:00', 'day'],
    ['2026-11-20 08:10', '2026-11-20T08:10:00', 'minute'],
    ['2026-11-20 08:10:30', '2026-11-20T08:10:30', 'second'],
  ])('reads the date %s as %s, to the %s', (raw, wallClock, precision) => {
    const entry = parse(`-rw-r--r-- 1 o g 5 ${raw} x`);

    expect(entry).toMatchObject({ name: 'x', modified: { raw, wallClock, precision, clock: 'server' } });
  });

  it.each([
    [
      'Shift_JIS',
      '-rw-r--r--   1 root       sys           8473  4\x8c\x8e 18\x93\xfa 2003\x94\x4e x',
      '2003-04-18',
    ],
    ['a month in bytes that are no text', '-r--r--r-- 1 root root 8473 8\xed 17 08:52 x', undefined],
    ['a year before them', '-rwxrwxrwx   1 root     staff       8473 2003   3\xed\xef 20 x', undefined],
    ['a month of a single-byte encoding', '-rw-r--r-- 1 root root 8473 17 \xec\xe0\xf0 08:52 x', undefined],
  ])('reads the name behind %s', (_, line, day) => {
    const entry = parse(line);

    expect(entry).toMatchObject({ kind: 'file', name: 'x', sizeBytes: 8473 });
    expect(entry?.kind === 'file' ? entry.modified?.wallClock.slice(0, 10) : '').toBe(day);
  });

  it('leaves the time undefined for a date that is not in the calendar', () => {
    const entry = parse('-rw-r--r-- 1 o g 5 Feb 30 2026 x');

    expect(entry).toMatchObject({ name: 'x', modified: undefined });
  });

  it('puts a December date read in the first days of January into the last year', () => {
    const entry = parseUnixLine('-rw-r--r-- 1 o g 5 Dec 31 23:30 x', {
      ...context,
      now: new Date('2027-01-01T01:00:00Z'),
    })?.entry;

    expect(entry).toMatchObject({ modified: { wallClock: '2026-12-31T23:30:00' } });
  });

  it.each([
    ['drwxr-xr-x 2 o g 4096 Nov 20 08:10 sub', { kind: 'directory', name: 'sub' }],
    ['drwxr-xr-x 2 o g 4096 Nov 20 08:10 .', { kind: 'ignored' }],
    ['drwxr-xr-x 2 o g 4096 Nov 20 08:10 ..', { kind: 'ignored' }],
    ['lrwxrwxrwx 1 o g 4 Nov 20 08:10 link -> /a b', { kind: 'link', name: 'link' }],
    ['crw-rw-rw- 1 root root 1, 3 Nov 20 08:10 null', { kind: 'special', name: 'null' }],
    ['srwxr-xr-x 1 o g 0 Nov 20 08:10 socket', { kind: 'special', name: 'socket' }],
    ['prw-r--r-- 1 o g 0 Nov 20 08:10 pipe', { kind: 'special', name: 'pipe' }],
  ])('%j is not a file', (line, expected) => {
    const entry = parse(line);

    expect(entry).toEqual(expected);
  });

  it.each([
    [''],
    ['what is this'],
    ['-rw-r--r-- 1 o g 5 Nov 20 08:10'],
    ['-rw-r--r-- 1 o g 5 Nov 20 08:10 '],
    ['-rw-r--r-- 1 o g five Nov 20 08:10 x'],
    ['-rw-r--r-- 1 o g 5 Brumaire 20 08:10 x'],
    ['-rw-r--r-'],
    ['total'],
  ])('%j is not understood', (line) => {
    const entry = parse(line);

    expect(entry).toBeUndefined();
  });
});
