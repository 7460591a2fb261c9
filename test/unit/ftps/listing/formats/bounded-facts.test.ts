import { expect, it } from 'vitest';
import type { FlowId, PartnerId, RunId } from '../../../../../lambdas/contract/ids.ts';
import { parseRemotePath } from '../../../../../lambdas/core/path/remote-path.ts';
import { parseListingLine } from '../../../../../lambdas/ftps/listing/formats/listing-formats.ts';
import { parseTimeValue } from '../../../../../lambdas/ftps/session/file-facts.ts';
import type { ListingCommand } from '../../../../../lambdas/ftps/session/learned-behaviour.ts';
import { toMetadata, toVerifiedMetadata } from '../../../../../lambdas/s3/source-metadata.ts';
import { context } from '../read-lines.ts';

/** https://docs.aws.amazon.com/AmazonS3/latest/userguide/UsingMetadata.html */
const maxMetadataBytes = 2048;

const longest = {
  partner: 'p'.repeat(40) as PartnerId,
  flow: 'f'.repeat(40) as FlowId,
  path: parseRemotePath(`/${'\u00e9'.repeat(511)}`),
  runId: '20261120T021500Z-1f3a9c04' as RunId,
};

it.each<[string, ListingCommand, string]>([
  ['a fraction of 3,000 digits', 'MLSD', `type=file;size=5;modify=20261120081000.${'0'.repeat(3000)}; x`],
  ['the longest fraction', 'MLSD', `type=file;size=5;modify=20261120081000.${'1'.repeat(15)}; x`],
  ['a `unique` of 5,000 characters', 'MLSD', `type=file;size=5;unique=${'u'.repeat(5000)}; x`],
  ['a `unique` that grows when it is encoded', 'MLSD', `type=file;size=5;unique=${'\u00e9'.repeat(128)}; x`],
  ['a date with 7,000 spaces', 'LIST', `-rw-r--r-- 1 o g 5 Nov${' '.repeat(7000)}20 08:10 x`],
  ['a size of 19 digits', 'LIST', `11-20-26  08:10AM  ${'9'.repeat(19)} x`],
  ['a month of many bytes', 'LIST', `-rw-r--r-- 1 o g 5 ${'\xd0\xbc'.repeat(16)} 20 08:10 x`],
  ['a whole date', 'LIST', '-rw-r--r-- 1 o g 5 2026-11-20 08:10:30.123456789 +0000 x'],
  ['a size of 15 digits', 'LIST', `11-20-26  08:10AM  ${'9'.repeat(15)} x`],
])('The facts of a line with %s fit into what is stored with an object', (_, command, line) => {
  const entry = parseListingLine(command, line, context)?.entry;
  if (entry?.kind !== 'file') return;
  const { sizeBytes, modified, unique } = entry;

  const fingerprint = { sizeBytes, modified, unique };
  const metadata = {
    ...toMetadata({ ...longest, fingerprint }),
    ...toVerifiedMetadata(`20261120081000.${'1'.repeat(15)}`),
  };
  const bytes = Object.entries(metadata).reduce((sum, [name, value]) => sum + name.length + value.length, 0);

  expect(bytes).toBeLessThanOrEqual(maxMetadataBytes);
  expect(Number.isSafeInteger(sizeBytes)).toBe(true);
  expect(JSON.stringify(fingerprint).length).toBeLessThan(400);
});

it('A `unique` fact that is too long still tells two files apart', () => {
  const uniqueOf = (end: string) => {
    const entry = parseListingLine('MLSD', `type=file;unique=${'u'.repeat(5000)}${end}; x`, context)?.entry;
    return entry?.kind === 'file' ? entry.unique : undefined;
  };

  expect(uniqueOf('1')).toBeDefined();
  expect(uniqueOf('1')).toBe(uniqueOf('1'));
  expect(uniqueOf('1')).not.toBe(uniqueOf('2'));
});

it('A time with more digits than any clock has is no time', () => {
  expect(parseTimeValue(`20261120081000.${'0'.repeat(16)}`)).toBeUndefined();
});
