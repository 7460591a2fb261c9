import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { maxHeldLines } from '../../../../../lambdas/ftps/listing/agreement/listing-reader.ts';
import { collectLines, filesOf, readLines } from '../read-lines.ts';

/** The lines of a case, as they were reported. */
function linesOf(fixture: string): readonly string[] {
  const file = join(import.meta.dirname, `../../../../fixtures/listings/${fixture}.txt`);
  return readFileSync(file, 'utf8').trimEnd().split('\n');
}

const unix = (date: string, name: string) => `-rw-r--r-- 1 owner group 5 ${date}${name}`;
const directory = (date: string, name: string) => `drwxr-xr-x 2 owner group 512 ${date}${name}`;
const names = (lines: readonly string[], options = {}) =>
  readLines(lines, options).entries.map((entry) => (entry.kind === 'ignored' ? '' : entry.name));

describe('a directory of a public report', () => {
  it('has the same names before and after its files are half a year old', () => {
    const [young = [], old = []] = linesOf('year-at-the-left')
      .join('\n')
      .split('--- the same, nine months later')
      .map((part) => part.trim().split('\n'));

    expect(names(young)).toEqual(['D3I0_515.fmr', 'D3I0_805.fmr']);
    expect(names(old)).toEqual(names(young));
  });

  it('has dates where the month is certain', () => {
    expect(filesOf(readLines(linesOf('month-names')))).toEqual([
      ['bericht-1.csv', '2026-09-26T20:10:00'],
      ['bericht-2.csv', '2026-07-26T20:10:00'],
      ['bericht-3.csv', '2026-03-08T00:00:00'],
    ]);
  });

  it('is one of IBM i, with the month first as its other dates show', () => {
    expect(readLines(linesOf('ibm-i'))).toMatchObject({
      entries: [
        { kind: 'directory', name: 'QOpenSys' },
        { kind: 'file', name: 'order.csv', sizeBytes: 14, modified: { wallClock: '2026-11-25T08:00:11' } },
        { kind: 'file', name: 'PF1.FILE', sizeBytes: 36_864, modified: { wallClock: '2026-04-16T11:23:10' } },
      ],
      reported: [],
    });
  });

  it('has heads and totals that are no entries', () => {
    expect(collectLines(linesOf('heads-and-totals'))).toEqual({
      files: ['a.csv', 'b.csv'],
      refused: [],
      errors: [],
    });
  });
});

describe('the blanks before the names of a directory', () => {
  it.each<[string, readonly string[], readonly string[]]>([
    [
      'a year at the left, in all lines',
      [unix('Feb 18 2026', '  a'), unix('Feb 18 2025', '  b')],
      ['a', 'b'],
    ],
    [
      'the same files when they were young',
      [unix('Feb 18 09:15', ' a'), unix('Feb 18 09:16', ' b')],
      ['a', 'b'],
    ],
    ['one old file beside young ones', [unix('Nov 18 09:15', ' a'), unix('Feb 18 2025', '  b')], ['a', 'b']],
    [
      'a year at the left, and a name with a blank',
      [unix('Feb 18 2026', '  a'), unix('Feb 18 2025', '   b')],
      ['a', ' b'],
    ],
    ['a year at the right', [unix('Feb 18  2026', ' a'), unix('Feb 18  2025', '  b')], ['a', ' b']],
    [
      'times, and one name with a blank',
      [unix('Nov 18 09:15', ' a'), unix('Nov 18 09:16', '  b')],
      ['a', ' b'],
    ],
    ['a day first', [unix('8 Mar 2026', ' a'), unix('18 Mar 2025', ' b')], ['a', 'b']],
    [
      'padding that the directory itself shows',
      [directory('Nov 18 09:15', '  .'), unix('Nov 18 09:16', '  a')],
      ['a'],
    ],
    ['dates without times', [unix('2004.07.15', '   a'), unix('2004.07.16', '    b')], ['a', ' b']],
    ['GNU iso times', [unix('2004-07-15', '  a'), unix('11-18 09:15', ' b')], ['b', 'a']],
  ])('%s', (_, lines, expected) => {
    const read = readLines(lines);

    expect(names(lines).sort()).toEqual([...expected].sort());
    expect([read.open, read.reported]).toEqual([[], []]);
  });

  it('are a question to the server where years have one blank in one line, and two in another', () => {
    const { entries, open } = readLines([unix('Feb 18 2026', ' a'), unix('Feb 18 2025', '  b')]);

    expect(entries).toMatchObject([{ name: 'a' }]);
    expect(open.map(({ question }) => question)).toMatchObject([
      { kind: 'ask-name', names: { entries: [{ name: ' b' }, { name: 'b' }], otherwise: 'report' } },
    ]);
  });

  it('are a question where all lines have two, and none shows that it is padding', () => {
    const { open } = readLines([unix('Nov 18 09:15', '  a'), unix('Nov 18 09:16', '  b')]);

    expect(open.map(({ question }) => question)).toMatchObject([
      { names: { entries: [{ name: ' a' }, { name: 'a' }], otherwise: 'report' } },
      { names: { entries: [{ name: ' b' }, { name: 'b' }], otherwise: 'report' } },
    ]);
  });

  it('never lead to the parent: a padded dot is not a directory', () => {
    expect(names([directory('Nov 18 09:15', '  ..'), directory('Nov 18 09:15', '   .')])).toEqual([]);
  });

  it('belong to the name behind the facts of MLSD, unless all lines have them', () => {
    const options = { command: 'MLSD' };
    const one = readLines(['type=file;size=5; a', 'type=file;size=5;  b'], { command: 'MLSD' });
    const all = readLines(['type=cdir;  .', 'type=file;size=5;  a', 'type=file;size=5;   b'], {
      command: 'MLSD',
    });
    const unproven = readLines(['type=file;size=5;  a', 'type=file;size=5;  b'], { command: 'MLSD' });

    expect(filesOf(one).map(([name]) => name)).toEqual(['a', ' b']);
    expect(filesOf(all).map(([name]) => name)).toEqual(['a', ' b']);
    expect(unproven.open).toHaveLength(2);
    expect(names(['type=file;size=5;\ta'], options)).toEqual(['a']);
  });

  it('are a question behind names where all names have them', () => {
    const { open } = readLines([unix('Nov 18 09:15', ' a.csv  '), directory('Nov 18 09:16', ' sub    ')]);

    expect(open.map(({ question }) => question)).toMatchObject([
      { names: { entries: [{ name: 'a.csv  ' }, { name: 'a.csv' }], otherwise: 'report' } },
      { names: { entries: [{ name: 'sub    ' }, { name: 'sub' }], otherwise: 'report' } },
    ]);
    expect(names([unix('Nov 18 09:15', ' a.csv '), unix('Nov 18 09:16', ' b.csv')])).toEqual([
      'b.csv',
      'a.csv ',
    ]);
  });

  it('are padding behind <DIR> up to the names of files', () => {
    const lines = [
      '11-20-26  08:10AM       <DIR>          sub',
      '11-20-26  08:10AM       <DIR>           sub ',
      '11-20-26  08:10AM                 1234 a.csv',
    ];

    expect(names(lines).sort()).toEqual([' sub ', 'a.csv', 'sub']);
    expect(names(lines.slice(0, 2)).sort()).toEqual(['sub', 'sub ']);
  });
});

describe('the order of dates in a directory', () => {
  const dos = (date: string, name: string) => `${date}  08:10                    5 ${name}`;

  it.each<[string, readonly string[], Readonly<Record<string, string | undefined>>]>([
    ['month first', [dos('11-05-26', 'a'), dos('11-20-26', 'b')], { a: '2026-11-05', b: '2026-11-20' }],
    ['day first', [dos('05-11-26', 'a'), dos('20-11-26', 'b')], { a: '2026-11-05', b: '2026-11-20' }],
    [
      'day first, with slashes',
      [dos('05/11/2026', 'a'), dos('20/11/2026', 'b')],
      { a: '2026-11-05', b: '2026-11-20' },
    ],
    [
      'shown by a directory',
      [dos('11-05-26', 'a'), '11-20-26  08:10       <DIR>          b'],
      { a: '2026-11-05' },
    ],
    [
      'of Unix lines',
      [unix('05-11 08:10', ' a'), unix('20-11 08:10', ' b')],
      { a: '2026-11-05', b: '2026-11-20' },
    ],
    [
      'of numbers alone',
      [unix('3 4 08:10', ' a'), unix('3 29 08:10', ' b')],
      { a: '2026-03-04', b: '2026-03-29' },
    ],
    [
      'of IBM i',
      ['U 5 11/05/26 08:10:00 *STMF a', 'U 5 11/20/26 08:10:00 *STMF b'],
      { a: '2026-11-05', b: '2026-11-20' },
    ],
  ])('%s', (_, lines, expected) => {
    const read = readLines(lines);

    expect(Object.fromEntries(filesOf(read).map(([name, time]) => [name, time?.slice(0, 10)]))).toEqual(
      expected,
    );
    expect([read.open, read.reported]).toEqual([[], []]);
  });

  it('is a question to the server where no line shows it', () => {
    const { entries, open } = readLines([dos('11-05-26', 'a'), dos('10-05-26', 'b')]);

    expect(entries).toEqual([]);
    expect(open.map(({ question }) => question)).toMatchObject([
      { kind: 'ask-time', entry: { name: 'a', modified: undefined } },
      { kind: 'ask-time', entry: { name: 'b', modified: undefined } },
    ]);
  });

  it('is known from other directories of the server', () => {
    const read = readLines([dos('11-05-26', 'a')], { dateOrder: 'dmy' });

    expect(filesOf(read)).toEqual([['a', '2026-05-11T08:10:00']]);
  });

  it('is not taken from lines that contradict each other', () => {
    const { open, reported, entries } = readLines([
      dos('11-05-26', 'a'),
      dos('11-20-26', 'b'),
      dos('20-11-26', 'c'),
    ]);

    expect(entries).toMatchObject([{ name: 'b', modified: { wallClock: '2026-11-20T08:10:00' } }]);
    expect(open).toMatchObject([{ question: { kind: 'ask-time', entry: { name: 'a' } } }]);
    expect(reported).toEqual([dos('20-11-26', 'c')]);
  });

  it('is not that of dir in other forms, where a single line with the day first is certain', () => {
    expect(filesOf(readLines(['20-11-2026  08:10    5 a', '05/11/2026  08:10    5 b']))).toEqual([
      ['a', '2026-11-20T08:10:00'],
      ['b', '2026-11-05T08:10:00'],
    ]);
  });

  it('is not that of a single line of dir with the day first, which is reported', () => {
    const line = '20-05-97  03:31PM                  681 .bash_history';

    expect(readLines([line]).reported).toEqual([line]);
    expect(filesOf(readLines([line, line.replace('20-', '21-')]))).toHaveLength(2);
  });
});

describe('a date with more behind it', () => {
  it.each<[string, readonly string[], readonly (readonly [string, string])[]]>([
    [
      'BSD ls -lT, in all lines',
      [unix('Nov 20 08:10:15 2025', ' a'), unix('Nov 20 08:10:16 2024', ' b')],
      [
        ['a', '2025-11-20T08:10:15'],
        ['b', '2024-11-20T08:10:16'],
      ],
    ],
    [
      'seconds alone, and a name that begins with a year',
      [unix('Nov 20 08:10:15', ' 2025 a'), unix('Nov 20 08:10:16', ' b')],
      [
        ['2025 a', '2026-11-20T08:10:15'],
        ['b', '2026-11-20T08:10:16'],
      ],
    ],
    [
      'year and time in all lines',
      [unix('Nov 20 2025 08:10', ' a'), unix('Nov 20 2024 08:11', ' b')],
      [
        ['a', '2025-11-20T08:10:00'],
        ['b', '2024-11-20T08:11:00'],
      ],
    ],
    [
      'a time, and a name that begins with a year',
      [unix('Nov 20 08:10', ' 2014 Invoices'), unix('Nov 20 08:11', ' 2015 Invoices')],
      [
        ['2014 Invoices', '2026-11-20T08:10:00'],
        ['2015 Invoices', '2026-11-20T08:11:00'],
      ],
    ],
  ])('%s', (_, lines, expected) => {
    expect([...filesOf(readLines(lines))].sort()).toEqual([...expected].sort());
  });

  it('is a question to the server where one line alone has it', () => {
    const { open } = readLines([unix('Nov 20 08:10:15 2025', ' a')]);

    expect(open.map(({ question }) => question)).toMatchObject([
      { names: { entries: [{ name: '2025 a' }, { name: 'a' }], otherwise: 'report' } },
    ]);
  });
});

describe('lines that count in company', () => {
  it.each<[string, string, readonly string[], readonly string[]]>([
    [
      'a directory of OS/2',
      '     0           DIR   05-19-97   12:56  local',
      ['   169               11-29-94  09:20  A.B'],
      ['local', 'A.B'],
    ],
    [
      'a directory of MLSD without the semicolon',
      'type=dir sub',
      ['type=file;size=5 a.csv'],
      ['sub', 'a.csv'],
    ],
    [
      'a member without statistics',
      'SAVE04      ',
      ['SAVE03    01.03 2002/09/12 2002/10/11 09:37    11    11     0 KIL001'],
      ['SAVE03', 'SAVE04'],
    ],
    [
      'a member behind the head',
      'SAVE04',
      [' Name     VV.MM   Created       Changed      Size  Init   Mod   Id'],
      ['SAVE04'],
    ],
  ])('%s', (_, weak, company, expected) => {
    const command = weak.startsWith('type') ? ('MLSD' as const) : ('LIST' as const);

    expect(readLines([weak], { command })).toMatchObject({ entries: [], reported: [weak] });
    expect(names([...company, weak], { command }).sort()).toEqual([...expected].sort());
  });
});

describe('lines of VMS', () => {
  it('are joined where a name has a line of its own, and heads and totals are no entries', () => {
    const read = readLines([
      'Directory USER1:[TEMP]',
      '',
      'UCX$REXECD_STARTUP.LOG;1098',
      '                         4/15         24-FEB-2003 13:17:24  [POSTWARE,LP]    (RWED,RWED,RE,)',
      'DATA.DIR;1               1/9           2-JUN-1998 07:32:04  [TRANSLATED]     (,RWED,RWED,RE)',
      '40-vms-multiline-file;1',
      '170774/170775     24-APR-2003 08:16:15  [FTP_CLIENT,SCOT]      (RWED,RWED,RE,)',
      '',
      'Total of 3 files, 170778/170799 blocks.',
    ]);

    expect(read.entries).toMatchObject([
      { kind: 'file', name: 'UCX$REXECD_STARTUP.LOG;1098', sizeBytes: undefined },
      { kind: 'directory', name: 'DATA' },
      { kind: 'file', name: '40-vms-multiline-file;1', modified: { wallClock: '2003-04-24T08:16:15' } },
    ]);
    expect(read.reported).toEqual([]);
  });

  it('are reported where the second half is missing', () => {
    const lines = ['A.DAT;1', 'B.DAT;1     11  21-MAR-2012 15:17 [T,B] (RWED,RWED,,RE)', 'C.DAT;1'];

    const read = readLines(lines);

    expect(read).toMatchObject({ entries: [{ name: 'B.DAT;1' }], reported: ['A.DAT;1', 'C.DAT;1'] });
  });
});

describe('lines that are no entries', () => {
  const entry = '-rw-r--r-- 1 ftp ftp 4 Nov 20 08:10 a.csv';

  it.each<[string, readonly string[]]>([
    ['the directory itself', ['.:', entry]],
    ['a path', ['/data/in:', entry]],
    ['a path of Windows', ['C:\\data\\in:', entry]],
    ['empty lines', ['', '   ', entry, '']],
    ['a total', ['total 12', entry]],
    ['a negative total', ['total -9560322322989056', entry]],
    ['a total with a unit', ['total 1.5M', entry]],
    ['a total in German', ['insgesamt 12', entry]],
    ['a total in Japanese', ['合計 12', entry]],
    ['a total in Vietnamese', ['tổng cộng 12', entry]],
    ['a total in a language that is in no table', ['hapana 12', entry]],
    ['a total alone', ['insgesamt 0']],
    ['heads and totals together', ['.:', 'total 12', entry]],
    ['the columns of NonStop', ['File         Code             EOF  Last Modification    Owner  RWEP']],
    ['the columns of z/OS', ['Volume Unit    Referred Ext Used Recfm Lrecl BlkSz Dsorg Dsname']],
    ['the totals of dir', ['11-20-26  08:10AM   5 a.csv', '               1 File(s)              5 bytes']],
  ])('do not make a listing incomplete: %s', (_, lines) => {
    expect(collectLines(lines)).toMatchObject({
      files: lines.some((line) => line.endsWith('a.csv')) ? ['a.csv'] : [],
      errors: [],
    });
  });

  it.each<[string, readonly string[]]>([
    ['an error of the server', ['ftpd: .: Permission denied']],
    ['a word and a number without an entry', ['hapana 12']],
    ['a word and a number after an entry', [entry, 'hapana 12']],
    ['a quota', ['~~ quota: 12 of 40 GB ~~', entry]],
    ['a path after an entry', [entry, '/data/in:']],
    ['a total in MLSD', ['total 5']],
    ['a word', ['total']],
  ])('are reported: %s', (_, lines) => {
    const command = lines[0] === 'total 5' ? ('MLSD' as const) : ('LIST' as const);

    expect(collectLines(lines, { command }).errors.join()).toContain(
      lines.at(-1) === entry ? lines[0] : lines.at(-1),
    );
  });

  it('never put the entries of another directory into this one', () => {
    const below = entry.replace('a.csv', 'below.csv');

    const whole = collectLines(['.:', 'total 8', entry, '', './sub:', 'total 4', below]);
    const empty = collectLines(['.:', 'total 0', '', './sub:', 'total 4', below]);

    expect(whole.files).toEqual(['a.csv']);
    expect(whole.errors.length).toBeGreaterThan(0);
    expect(empty.files).toEqual([]);
    expect(empty.errors.length).toBeGreaterThan(0);
  });
});

describe('names of a directory', () => {
  it('have no part in line ends of CR CR LF, nor in the mark of UTF-8', () => {
    const doubled = [
      'total 12\r',
      `${unix('Nov 20 08:10', ' a.csv')}\r`,
      '\r',
      `${unix('Nov 20 08:10', ' b.csv')}\r`,
    ];
    const marked = [`\uFEFF${unix('Nov 20 08:10', ' a.csv')}`];

    expect(collectLines(doubled)).toEqual({ files: ['a.csv', 'b.csv'], refused: [], errors: [] });
    expect(collectLines(marked)).toEqual({ files: ['a.csv'], refused: [], errors: [] });
  });

  it('with a CR of their own are refused, and never taken for others', () => {
    const lines = [unix('Nov 20 08:10', ' a.csv'), `${unix('Nov 20 08:10', ' Icon')}\r`];

    expect(collectLines(lines)).toMatchObject({ files: ['a.csv'], refused: ['Icon\\x0d'] });
  });

  it('are the ends of whole paths, where all of them are of one directory', () => {
    const path = (name: string) => `-rw-rw-r-- 1 esp32 67077 Jan 01 00:00 ${name}`;

    expect(collectLines([path('/foo/a.csv'), path('/foo/b.csv')])).toMatchObject({
      files: ['a.csv', 'b.csv'],
    });
    expect(collectLines([path('/home/u/in/a.csv')])).toMatchObject({ files: ['a.csv'] });
    expect(collectLines([path('/in/a.csv'), path('/in/sub/b.csv')]).files).toEqual([]);
    expect(collectLines([path('/in/sub/b.csv')])).toMatchObject({ files: [], refused: ['/in/sub/b.csv'] });
  });

  it('are a question where a line that is none follows: a name may have a line break', () => {
    const first = '-rwxrwxrwx    1 1000     1000      1564767 Apr 06  2010 RUS_v_01_00_METHOD';
    const { entries, open, reported } = readLines([
      first,
      '     REQUIREMENTS',
      '.pdf',
      unix('Nov 20 08:10', ' b'),
    ]);

    expect(entries).toMatchObject([{ name: 'b' }]);
    expect(open).toMatchObject([{ question: { names: { otherwise: 'report' } } }]);
    expect(reported).toEqual(['     REQUIREMENTS', '.pdf']);
  });

  it('are not questioned by what a program complains of', () => {
    const read = readLines([unix('Nov 20 08:10', ' a'), 'ls: cannot access b: Permission denied']);

    expect(filesOf(read)).toHaveLength(1);
    expect(read.reported).toHaveLength(1);
  });
});

describe('a long directory', () => {
  it('is decided by its first lines, and what contradicts them afterwards is reported', () => {
    const padded = Array.from({ length: maxHeldLines + 500 }, (_, index) =>
      unix('Feb 18 2025', `  ${index}.csv`),
    );
    const read = readLines([...padded, unix('Feb 18 2025', ' one'), unix('Feb 18 2025', '  two')]);

    expect(
      filesOf(read)
        .slice(0, padded.length)
        .every(([name], index) => name === `${index}.csv`),
    ).toBe(true);
    expect(filesOf(read).at(-1)?.[0]).toBe('one');
    expect(read.open).toMatchObject([
      { question: { names: { entries: [{ name: ' two' }, { name: 'two' }] } } },
    ]);
  });

  it('takes dates that no line shows the order of as unknown', () => {
    const lines = Array.from({ length: 5000 }, (_, index) => `11-05-26  08:10AM        5 ${index}.csv`);
    const read = readLines(lines);

    expect(read.open.length).toBeLessThan(lines.length / 5);
    expect(filesOf(read).length + read.open.length).toBe(lines.length);
    expect(filesOf(read).every(([, time]) => time === undefined)).toBe(true);
  });
});
