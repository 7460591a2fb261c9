import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { ListingCollector } from '../../../lambdas/ftps/collect-listing.ts';
import { ListingLines } from '../../../lambdas/ftps/listing-lines.ts';
import { nameCodec } from '../../../lambdas/ftps/name-codec.ts';
import { parseListLine } from '../../../lambdas/ftps/parse-list.ts';
import { parseMlsdLine } from '../../../lambdas/ftps/parse-mlsd.ts';
import { nameOf, rootPath } from '../../../lambdas/sync/remote-path.ts';

/** The day on which the fixtures were captured: LIST leaves out the year. */
const now = new Date('2026-11-20T11:10:00Z');

/** The same folder as four servers' listings tell it: name, size, modified time. */
const files = [
  [' leading and trailing ', 5, '2026-11-20T02:15:07'],
  ['.hidden', 1, '2026-11-01T08:10:00'],
  ['arrow -> target', 1, '2026-11-19T23:59:59'],
  ['caf\u00e9 \u{1f600}', 1, '2026-11-01T08:10:00'],
  ['leap', 1, '2024-02-29T08:10:00'],
  ['old', 8, '2019-02-28T10:30:00'],
  ['semi;colon; fact=1', 0, '2026-07-01T12:00:00'],
  ['total 5', 1, '2026-11-01T08:10:00'],
] as const;

describe.each([
  ['vsftpd-3.0.3-list'],
  ['proftpd-1.3.8-list'],
  ['proftpd-1.3.8-mlsd'],
  ['pure-ftpd-1.0.50-list'],
  ['pure-ftpd-1.0.50-mlsd'],
])('the listing %s', (fixture) => {
  it('is understood line by line', () => {
    const listing = parsed(fixture);

    expect(listing.faults).toEqual([]);
    expect(listing.subdirectories).toEqual(['/sub folder']);
    expect(listing.names.filter(({ kind }) => kind !== 'file')).toEqual(
      expect.arrayContaining([
        { kind: 'skipped', directory: '/', entry: { name: 'link', kind: 'link' } },
        { kind: 'refused', directory: '/', name: { shownName: 'latin caf\\xe9', fault: 'not-text' } },
      ]),
    );
    expect(listing.names).toHaveLength(files.length + 2);
  });

  it('tells names, sizes, and times as far as it has them', () => {
    const listing = parsed(fixture);

    const told = listing.names.flatMap((line) =>
      line.kind === 'file'
        ? [[nameOf(line.file.path), line.file.sizeBytes, line.file.modified?.wallClock]]
        : [],
    );
    expect(told.sort()).toEqual(
      files.map(([name, size, time]) => [name, size, asTold(fixture, time)]).sort(),
    );
  });
});

function parsed(fixture: string) {
  const codec = nameCodec('auto');
  if (codec === undefined) throw new Error('UTF-8 must be known');
  const collector = new ListingCollector({ directory: rootPath, codec, maxSubdirectories: 10 });
  const lines = new ListingLines((line) =>
    collector.add(line, fixture.endsWith('mlsd') ? parseMlsdLine(line) : parseListLine(line, now)),
  );
  lines.push(readFileSync(join(import.meta.dirname, `../../fixtures/listings/${fixture}.txt`)));
  return { ...collector.verdict(), names: collector.take() };
}

/** LIST tells minutes, and of what is older than half a year only the day. */
function asTold(fixture: string, time: string): string {
  if (fixture.endsWith('mlsd')) return time;
  return time < '2026-05' ? `${time.slice(0, 10)}T00:00:00` : `${time.slice(0, 16)}:00`;
}
