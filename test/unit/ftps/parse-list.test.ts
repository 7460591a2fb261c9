import { describe, expect, it } from 'vitest';
import { parseListLine } from '../../../lambdas/ftps/parse-list.ts';

const now = new Date('2026-11-20T12:00:00Z');
const parse = (line: string) => parseListLine(line, now);

describe('a line of LIST in the Unix format', () => {
  it('tells size and modified time of a file', () => {
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
    // A server east of us may already be in tomorrow; anything later is of last year.
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

  it('leaves the time unknown where the calendar does not have it', () => {
    const entry = parse('-rw-r--r-- 1 o g 5 Feb 30 2026 x');

    expect(entry).toMatchObject({ name: 'x', modified: undefined });
  });

  it('takes a date in the first days of January for one of last December', () => {
    const entry = parseListLine('-rw-r--r-- 1 o g 5 Dec 31 23:30 x', new Date('2027-01-01T01:00:00Z'));

    expect(entry).toMatchObject({ modified: { wallClock: '2026-12-31T23:30:00' } });
  });

  it.each([
    ['drwxr-xr-x 2 o g 4096 Nov 20 08:10 sub', { kind: 'directory', name: 'sub' }],
    ['drwxr-xr-x 2 o g 4096 Nov 20 08:10 .', { kind: 'ignored' }],
    ['drwxr-xr-x 2 o g 4096 Nov 20 08:10 ..', { kind: 'ignored' }],
    ['total 12', { kind: 'ignored' }],
    ['lrwxrwxrwx 1 o g 4 Nov 20 08:10 link -> /a b', { kind: 'link', name: 'link' }],
    ['crw-rw-rw- 1 root root 1, 3 Nov 20 08:10 null', { kind: 'special', name: 'null' }],
    ['srwxr-xr-x 1 o g 0 Nov 20 08:10 socket', { kind: 'special', name: 'socket' }],
    ['prw-r--r-- 1 o g 0 Nov 20 08:10 pipe', { kind: 'special', name: 'pipe' }],
  ])('%j is no file', (line, expected) => {
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
  ])('%j is not understood, rather than guessed at', (line) => {
    const entry = parse(line);

    expect(entry).toBeUndefined();
  });
});

describe('a line of LIST in the DOS format', () => {
  it.each([
    ['11-20-26  08:10AM                 1234 a b.txt', 'a b.txt', 1234, '2026-11-20T08:10:00'],
    ['11-20-26  08:10PM                 1234 x', 'x', 1234, '2026-11-20T20:10:00'],
    ['11-20-26  12:05AM                 1234 x', 'x', 1234, '2026-11-20T00:05:00'],
    ['11-20-26  12:05PM                 1234 x', 'x', 1234, '2026-11-20T12:05:00'],
    ['11-20-26  8:10 AM                 1234 x', 'x', 1234, '2026-11-20T08:10:00'],
    ['11-20-2026  20:10             1,234,567 x', 'x', 1_234_567, '2026-11-20T20:10:00'],
    ['01-02-98  08:10AM                    5  leading', ' leading', 5, '1998-01-02T08:10:00'],
    ['11-20-26  08:10AM                    0 trailing ', 'trailing ', 0, '2026-11-20T08:10:00'],
  ])('%j is a file', (line, name, sizeBytes, wallClock) => {
    const entry = parse(line);

    expect(entry).toMatchObject({ kind: 'file', name, sizeBytes, modified: { wallClock } });
  });

  it("keeps date and time as they were written, by the server's clock", () => {
    const entry = parse('11-20-2026  20:10             1,234,567 x');

    expect(entry).toMatchObject({
      modified: { raw: '11-20-2026 20:10', precision: 'minute', clock: 'server' },
    });
  });

  it.each([
    ['11-20-26  08:10AM       <DIR>          sub', { kind: 'directory', name: 'sub' }],
    ['11-20-26  08:10AM       <DIR>           sub ', { kind: 'directory', name: ' sub ' }],
    ['11-20-26  08:10AM       <DIR> sub', { kind: 'directory', name: 'sub' }],
    ['11-20-26  08:10AM       <DIR>          ..', { kind: 'ignored' }],
    ['11-20-26  08:10AM       <JUNCTION>     link [C:\\target]', { kind: 'link', name: 'link' }],
    ['11-20-26  08:10AM       <SYMLINKD>     link [..\\x]', { kind: 'link', name: 'link' }],
  ])('%j is no file', (line, expected) => {
    const entry = parse(line);

    expect(entry).toEqual(expected);
  });

  it.each([
    ['11-20-26  08:10AM       '],
    ['11-20-26  08:10AM                 1234 '],
    ['11-20-26  08:10AM                 big x'],
    ['11/20/26  08:10AM                 1234 x'],
    ['1001 4096 Feb 25 09:00 x'],
  ])('%j is not understood, rather than guessed at', (line) => {
    const entry = parse(line);

    expect(entry).toBeUndefined();
  });

  it('leaves the time unknown where there is no such month', () => {
    const entry = parse('20-11-26  08:10AM                    5 x');

    expect(entry).toMatchObject({ name: 'x', modified: undefined });
  });
});
