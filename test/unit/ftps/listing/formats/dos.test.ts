import { describe, expect, it } from 'vitest';
import { parseDosLine } from '../../../../../lambdas/ftps/listing/formats/dos.ts';
import { context } from '../read-lines.ts';

describe('a line of LIST in the DOS format', () => {
  it.each([
    ['11-20-26  08:10AM                 1234 a b.txt', 'a b.txt', 1234, '2026-11-20T08:10:00'],
    ['11-20-26  08:10PM                 1234 x', 'x', 1234, '2026-11-20T20:10:00'],
    ['11-20-26  12:05AM                 1234 x', 'x', 1234, '2026-11-20T00:05:00'],
    ['11-20-26  12:05PM                 1234 x', 'x', 1234, '2026-11-20T12:05:00'],
    ['11-20-26  8:10 AM                 1234 x', 'x', 1234, '2026-11-20T08:10:00'],
    ['11-20-2026  20:10             1,234,567 x', 'x', 1_234_567, '2026-11-20T20:10:00'],
    ['01-20-98  08:10AM                    5  leading', ' leading', 5, '1998-01-20T08:10:00'],
    ['2026-11-20  19:06                9,730 x', 'x', 9730, '2026-11-20T19:06:00'],
    ['20.11.2026  08:10            1.234.567 x', 'x', 1_234_567, '2026-11-20T08:10:00'],
    ['11/20/2026  08:10                   12 x', 'x', 12, '2026-11-20T08:10:00'],
    ['05-05-26  08:10AM                    5 x', 'x', 5, '2026-05-05T08:10:00'],
    ['11-20-26  08:10AM                    0 trailing ', 'trailing ', 0, '2026-11-20T08:10:00'],
  ])('%j is a file', (line, name, sizeBytes, wallClock) => {
    const entry = parseDosLine(line, context)?.entry;

    expect(entry).toMatchObject({ kind: 'file', name, sizeBytes, modified: { wallClock } });
  });

  it("keeps the raw date and time, and reads them as the server's clock", () => {
    const entry = parseDosLine('11-20-2026  20:10             1,234,567 x', context)?.entry;

    expect(entry).toMatchObject({
      modified: { raw: '11-20-2026 20:10', precision: 'minute', clock: 'server' },
    });
  });

  it.each([
    ['11-20-26  08:10AM       <DIR>          sub', { kind: 'directory', name: 'sub' }],
    ['11-20-26  08:10AM       <DIR> sub', { kind: 'directory', name: 'sub' }],
    ['11-20-26  08:10AM       <DIR>          ..', { kind: 'ignored' }],
    ['11-20-26  08:10AM       <JUNCTION>     link [C:\\target]', { kind: 'link', name: 'link' }],
    ['11-20-26  08:10AM       <SYMLINKD>     link [..\\x]', { kind: 'link', name: 'link' }],
  ])('%j is not a file', (line, expected) => {
    const entry = parseDosLine(line, context)?.entry;

    expect(entry).toEqual(expected);
  });

  it.each([
    ['11-20-26  08:10AM       '],
    ['11-20-26  08:10AM                 1234 '],
    ['11-20-26  08:10AM                 big x'],
    ['20-31-26  08:10AM                 1234 x'],
    ['11-20-26  25:10                   1234 x'],
    ['11-20-26  08:10AM       <GARBAGE>      x'],
    ['1001 4096 Feb 25 09:00 x'],
  ])('%j is not understood', (line) => {
    const entry = parseDosLine(line, context)?.entry;

    expect(entry).toBeUndefined();
  });
});
