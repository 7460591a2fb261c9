import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { baseName, rootPath } from '../../../../../lambdas/core/path/remote-path.ts';
import { ListingReader } from '../../../../../lambdas/ftps/listing/agreement/listing-reader.ts';
import { LineSplitter } from '../../../../../lambdas/ftps/listing/line-splitter.ts';
import { ListingCollector } from '../../../../../lambdas/ftps/listing/listing-collector.ts';
import { nameCodec } from '../../../../../lambdas/ftps/session/name-codec.ts';

/** When the fixtures were captured. LIST leaves out the year. */
const now = new Date('2026-11-20T11:10:00Z');

/** The directory that every fixture lists: name, size, modified time. */
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
  it('is understood completely', () => {
    const listing = parsed(fixture);

    expect(listing.errors).toEqual([]);
    expect(listing.subdirectories).toEqual(['/sub folder']);
    expect(listing.names.filter(({ kind }) => kind !== 'file')).toEqual(
      expect.arrayContaining([
        { kind: 'skipped', directory: '/', entry: { name: 'link', kind: 'link' } },
        { kind: 'refused', directory: '/', name: { shownName: 'latin caf\\xe9', error: 'invalid-encoding' } },
      ]),
    );
    expect(listing.names).toHaveLength(files.length + 2);
  });

  it('has names, sizes, and times as precise as the server sends them', () => {
    const listing = parsed(fixture);

    const listed = listing.names.flatMap((line) =>
      line.kind === 'file'
        ? [[baseName(line.file.path), line.file.sizeBytes, line.file.modified?.wallClock]]
        : [],
    );
    expect(listed.sort()).toEqual(
      files.map(([name, size, time]) => [name, size, asListed(fixture, time)]).sort(),
    );
  });
});

function parsed(fixture: string) {
  const codec = nameCodec('auto');
  if (codec === undefined) throw new Error('UTF-8 must have a codec');
  const command = fixture.endsWith('mlsd') ? 'MLSD' : 'LIST';
  const collector = new ListingCollector({ directory: rootPath, codec, maxSubdirectories: 10 });
  const reader = new ListingReader({
    command,
    directory: rootPath,
    now,
    dateOrder: undefined,
    decode: codec.decode,
    to: collector,
  });
  const lines = new LineSplitter((line) => reader.add(line));
  lines.push(readFileSync(join(import.meta.dirname, `../../../../fixtures/listings/${fixture}.txt`)));
  collector.addOpen(reader.finish());
  return { ...collector.verdict(), names: collector.take() };
}

/** LIST has minutes, and only the day of files older than half a year. */
function asListed(fixture: string, time: string): string {
  if (fixture.endsWith('mlsd')) return time;
  return time < '2026-05' ? `${time.slice(0, 10)}T00:00:00` : `${time.slice(0, 16)}:00`;
}
