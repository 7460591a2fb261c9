import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { parseRemotePath } from '../../../lambdas/core/path/remote-path.ts';
import {
  ListingReader,
  maxHeldLines,
  maxOpenLines,
} from '../../../lambdas/ftps/listing/agreement/listing-reader.ts';
import { maxLineBytes } from '../../../lambdas/ftps/listing/formats/listed-entry.ts';
import { parseListingLine } from '../../../lambdas/ftps/listing/formats/listing-formats.ts';
import { LineSplitter } from '../../../lambdas/ftps/listing/line-splitter.ts';
import { ListingCollector } from '../../../lambdas/ftps/listing/listing-collector.ts';
import type { ListingCommand } from '../../../lambdas/ftps/session/learned-behaviour.ts';
import { nameCodec } from '../../../lambdas/ftps/session/name-codec.ts';
import { mutated, runs } from './mutated.ts';

const folder = join(import.meta.dirname, '..', '..', 'fixtures', 'listings');
const captured = readdirSync(folder)
  .filter((name) => name.endsWith('.txt'))
  .flatMap((name) => readFileSync(join(folder, name), 'latin1').split(/\r?\n/));
/** Of each format. */
const real = readFileSync(join(folder, 'real-lines.jsonl'), 'utf8')
  .split('\n')
  .filter((line) => line !== '')
  .map((line) => Buffer.from(JSON.parse(line).line, 'utf8').toString('latin1'));
const lines = mutated([...captured.filter((line) => line !== ''), ...real]);
const command = fc.constantFrom<ListingCommand>('MLSD', 'LIST', 'LIST -a');
const now = new Date('2026-11-20T11:10:00Z');
const directory = parseRemotePath('/in');

function collectorOf(maxSubdirectories = 1000): ListingCollector {
  const codec = nameCodec('utf-8');
  if (codec === undefined) throw new Error('UTF-8 must have a codec');
  return new ListingCollector({ directory, codec, maxSubdirectories });
}

function readerTo(collector: ListingCollector, command: ListingCommand): ListingReader {
  const decode = (bytes: string) => bytes;
  return new ListingReader({ command, directory, now, dateOrder: undefined, decode, to: collector });
}

test('Every line of a listing is an entry below its directory, or is reported', () => {
  fc.assert(
    fc.property(fc.array(lines, { maxLength: 20 }), command, (received, by) => {
      const collector = collectorOf();
      const reader = readerTo(collector, by);
      for (const line of received) reader.add(line);
      const open = reader.finish();
      for (const { line, question } of open) {
        const [first] = question.kind === 'ask-time' ? [question.entry] : question.names.entries;
        collector.addDecided(line, first);
      }

      for (const line of collector.take()) {
        if (line.kind !== 'file') continue;
        const { path, sizeBytes = 0, modified } = line.file;
        expect(path.startsWith('/in/')).toBe(true);
        expect(path.slice('/in/'.length)).not.toMatch(/[/\0\r\n]/);
        expect(parseRemotePath(path)).toBe(path);
        expect(Number.isSafeInteger(sizeBytes) && sizeBytes >= 0).toBe(true);
        if (modified !== undefined) expect(Number.isNaN(Date.parse(`${modified.wallClock}Z`))).toBe(false);
      }
      const { subdirectories, errors } = collector.verdict();
      for (const path of subdirectories) expect(path).toMatch(/^\/in\/[^/\0\r\n]+$/);
      expect(errors.length).toBeLessThan(50);
    }),
    runs,
  );
});

test('A name is a part of its line, and nothing else', () => {
  fc.assert(
    fc.property(lines, command, (line, by) => {
      const entry = parseListingLine(by, line, { now, decode: (bytes) => bytes })?.entry;
      if (entry === undefined || entry.kind === 'ignored') return;

      // z/VM shows the two parts of a name in two columns.
      const isPart =
        line.includes(entry.name) || line.replaceAll(/[ .]/g, '').includes(entry.name.replaceAll('.', ''));
      expect([line, entry.name, isPart]).toEqual([line, entry.name, true]);
    }),
    runs,
  );
});

test('A listing has the same lines, however its bytes are cut into chunks', () => {
  fc.assert(
    fc.property(
      fc.array(lines, { maxLength: 10 }),
      fc.array(fc.nat({ max: 40 }), { maxLength: 30 }),
      (sent, cuts) => {
        const bytes = Buffer.from(sent.join('\r\n'), 'latin1');
        const whole: string[] = [];
        const pieces: string[] = [];
        const atOnce = new LineSplitter((line) => whole.push(line));
        const bit = new LineSplitter((line) => pieces.push(line));

        atOnce.push(bytes);
        let from = 0;
        for (const cut of [...cuts, bytes.length]) {
          bit.push(bytes.subarray(from, from + cut));
          from += cut;
        }

        expect([...pieces, bit.rest]).toEqual([...whole, atOnce.rest]);
      },
    ),
    runs,
  );
});

/** Lines that make a pattern with nested repetition try every way to match. */
const hostile = [
  '-'.repeat(maxLineBytes),
  ' '.repeat(maxLineBytes),
  `-rw-r--r-- ${'1 '.repeat(4000)}`,
  `drwxr-xr-x ${'0 '.repeat(4000)}Nov 20 02:15`,
  `type=file;${'size=1;'.repeat(1000)}`,
  `type=file;modify=${'2'.repeat(8000)}; a`,
  `${'a=b;'.repeat(2000)} x`,
  `11-20-26 ${' '.repeat(8000)}02:15AM`,
  // Undecided lines: they are held up to a bound.
  '04-06-00  03:47PM                  589 x',
  '04-06-00  03:47PM       <DIR>        x',
  '-rw-r--r-- 1 o g 5 Nov 20 2019  x',
  '-rw-r--r-- 1 o g 5 Nov 20 08:10:00 2019 x',
  `-rw-r--r-- 1 o g 5 2019-11-20${' '.repeat(8000)}x`,
  `-rw-r--r-- 1 o g 5 ${'\xd0'.repeat(8000)} 20 2019 x`,
  `total ${'1'.repeat(8000)}`,
  `${'a '.repeat(4000)}1`,
  `QSYS ${' '.repeat(8000)}*MEM`,
  `${'A'.repeat(200)};1 ${'1 '.repeat(3900)}`,
  `AAAAAA 3390 2004/06/23 ${'1 '.repeat(3900)}`,
  `+${'m1,'.repeat(2700)}\t`,
  `1 ${'A '.repeat(4000)}`,
  `-${'-'.repeat(9)}FTP A ${'1'.repeat(8000)}`,
  '\t '.repeat(4000),
];

/** In all, 100 MB with `FUZZ_MEGABYTES=100 npm run fuzz`. */
const megabytes = Number(process.env.FUZZ_MEGABYTES ?? 10);

// A parser that needs quadratic time would not end within the limit of the suite.
test.each(['MLSD', 'LIST'] as const)('Megabytes of hostile lines of %s end, and hold no memory', (by) => {
  const collector = collectorOf();
  let longest = 0;
  const reader = readerTo(collector, by);
  const splitter = new LineSplitter((line) => {
    longest = Math.max(longest, line.length);
    reader.add(line);
  });
  const chunk = Buffer.from(`${hostile.join('\r\n')}\r\n`, 'latin1');
  const endless = Buffer.alloc(64 * 1024, 'x');

  for (let sent = 0; sent < megabytes * 1e6; sent += chunk.length + endless.length) {
    splitter.push(chunk);
    splitter.push(endless);
    collector.take();
  }

  expect(longest).toBeLessThanOrEqual(maxLineBytes + endless.length);
  expect(splitter.rest.length).toBeLessThanOrEqual(maxLineBytes);
  expect(reader.finish().length).toBeLessThanOrEqual(maxOpenLines);
  expect(collector.take().length).toBeLessThanOrEqual(maxHeldLines);
  expect(JSON.stringify(collector.verdict()).length).toBeLessThan(20_000);
});
