import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parseListingLine } from '../../../../../lambdas/ftps/listing/formats/listing-formats.ts';
import type { ListingCommand } from '../../../../../lambdas/ftps/session/learned-behaviour.ts';
import { context, type ReadDirectory, readLines } from '../read-lines.ts';

/** A line that a server sent, and its right reading. */
interface RealLine {
  /** Where it was published. */
  readonly src: string;
  readonly cmd: ListingCommand;
  readonly line: string;
  /** File, directory, link, special file; `x`: no entry that may be taken. */
  readonly kind: 'f' | 'd' | 'l' | 's' | 'x';
  readonly name: string | null;
  readonly size: number | null;
  /** The only time that it can mean; null where the line does not tell. */
  readonly time?: string | null;
}

const folder = join(import.meta.dirname, '../../../../fixtures/listings');
const linesOf = (name: string): readonly RealLine[] =>
  readFileSync(join(folder, name), 'utf8')
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line));
const lines = [...linesOf('real-lines.jsonl'), ...linesOf('more-real-lines.jsonl')];

const kinds = { f: 'file', d: 'directory', l: 'link', s: 'special' } as const;

/** The first line of a name with line breaks: only the next line shows that it is not whole. */
const brokenName = '-rwxrwxrwx    1 1000     1000      1564767 Apr 06  2010 RUS_v_01_00_METHOD';

describe('a line of a public report', () => {
  it('is one of at least 300', () => {
    expect(lines.length).toBeGreaterThan(300);
  });

  it.each(lines.filter(({ line }) => line !== brokenName).map((real) => [real.line, real] as const))(
    '%j is right alone',
    (line, real) => {
      const read = readLines([line], { command: real.cmd });

      if (real.kind === 'x') expect([read.entries, read.open]).toEqual([[], []]);
      else expect([...read.entries, ...firstReadings(read)]).toMatchObject([expected(real)]);
    },
  );
});

/** A line of each format that other lines of its directory agree with, and the name in it. */
const companions: Readonly<Record<string, string>> = {
  unix: '-rw-r--r--   1 owner    group             5 Nov 19 08:10 companion',
  dos: '11-19-26  08:10AM                    5 companion',
  os2: '     5      A          11-19-26   08:10  companion',
  'ibm-i': 'USER1             5 11/19/26 08:00:11 *STMF      companion',
  vms: 'COMPANION.TXT;1   1  19-NOV-2026 08:10 [A,B] (RWED,RWED,,RE)',
  zos: 'WYOSPT 3420   2026/11/19  1    1  FB      80  8053  PS  COMPANION',
  'zos-member': 'COMPANY   01.01 2026/11/19 2026/11/19 08:10    29    29     0 QFX3076',
  nonstop: 'COMPANY 101 5 19-Nov-26 08:10:18 255,255 "oooo"',
  eplf: '+m825718503,r,s5,\tcompanion',
  vshell: '5  Nov 19, 2026 08:10 companion',
  mlsd: 'type=file;size=5;modify=20261119081000; companion',
  'mlsd-bare': 'type=file;size=5;modify=20261119081000 companion',
  other: '0100644   500  101   5    1795075810       companion',
};

describe('a line of a public report in a directory of its kind', () => {
  const companionsOf = ({ cmd, line, kind }: RealLine): readonly string[] => {
    const format = parseListingLine(cmd, Buffer.from(line, 'utf8').toString('latin1'), context)?.format;
    if (kind !== 'x' && format !== undefined) return [companions[format] ?? ''];
    return cmd === 'MLSD' ? [companions.mlsd ?? ''] : [companions.unix ?? '', companions.dos ?? ''];
  };

  it.each(lines.filter(({ line }) => line !== brokenName).map((real) => [real.line, real] as const))(
    '%j is right, and its neighbours too',
    (line, real) => {
      for (const companion of companionsOf(real)) {
        const alone = readLines([companion], { command: real.cmd });
        const read = readLines([companion, line, companion], { command: real.cmd });

        const others = [...alone.entries, ...alone.entries];
        // The other lines may settle a date that is open in a line alone.
        const { time, ...rest } = real;
        const right = real.kind === 'x' ? others : [...others, expected(time === null ? rest : real)];
        expect([...read.entries, ...firstReadings(read)]).toHaveLength(right.length);
        expect([...read.entries, ...firstReadings(read)]).toEqual(
          expect.arrayContaining(right.map((entry) => expect.objectContaining(entry))),
        );
      }
    },
  );
});

/** What is passed on where the server does not tell more. */
function firstReadings({ open }: ReadDirectory) {
  return open.map(({ question }) =>
    question.kind === 'ask-time' ? question.entry : question.names.entries[0],
  );
}

function expected({ kind, name, size, line, time }: RealLine) {
  if (kind === 'x') return undefined;
  if (kind !== 'f') return { kind: kinds[kind], name };
  // A size with a unit is rounded: it is unknown, and SIZE is asked before the download.
  const isRounded = / \d+\.\d[kM] /.test(line);
  const sizeBytes = isRounded || size === null ? undefined : size;
  if (time === undefined) return { kind: 'file', name, sizeBytes };
  return {
    kind: 'file',
    name,
    sizeBytes,
    modified: time === null ? undefined : expect.objectContaining({ wallClock: time }),
  };
}
