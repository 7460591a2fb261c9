import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { flowIdSchema, makeRunId, partnerIdSchema } from '../../../../lambdas/contract/ids.ts';
import type { ModifiedTime } from '../../../../lambdas/core/listing/remote-file.ts';
import { parseRemotePath } from '../../../../lambdas/core/path/remote-path.ts';
import type { Bucket } from '../../../../lambdas/s3/bucket.ts';
import { headObject } from '../../../../lambdas/s3/head-object.ts';
import { ownership, type SourceFacts, toMetadata } from '../../../../lambdas/s3/source-metadata.ts';
import { type LocalEndpoint, startLocalEndpoint } from '../../local/s3/local-endpoint.ts';
import { newBucket, objectKey, writerOf } from './object-writer-parts.ts';

let endpoint: LocalEndpoint;
let bucket: Bucket;

beforeAll(async () => {
  endpoint = await startLocalEndpoint();
  bucket = await newBucket(endpoint);
});
afterAll(() => endpoint.stop());

const modified: ModifiedTime = {
  raw: '20261119120000',
  wallClock: '2026-11-19T12:00:00',
  precision: 'second',
  clock: 'utc',
};
const facts: SourceFacts = {
  partner: partnerIdSchema.parse('acme'),
  flow: flowIdSchema.parse('invoices'),
  path: parseRemotePath('/in/a.csv'),
  fingerprint: { sizeBytes: 100, modified, unique: 'u1' },
  runId: makeRunId(new Date('2026-11-20T02:15:00Z'), '1f3a9c04'),
};
const longPath = parseRemotePath(`/in/${'é'.repeat(2000)}`);

/** The metadata of an object that was put with these facts. */
async function stored(of: SourceFacts, key: string): Promise<Readonly<Record<string, string>>> {
  const writer = writerOf(bucket, { key: objectKey(key), metadata: toMetadata(of) });
  await writer.commit();
  return (await headObject(bucket, objectKey(key)))?.metadata ?? {};
}

describe('an object that is at the key', () => {
  it.each<[string, SourceFacts]>([
    ['with every fact', facts],
    ['with a path that is not ASCII', { ...facts, path: parseRemotePath('/in/ caf\u00e9 \u2028 😀%.csv ') }],
    ['with a path of 4,000 bytes', { ...facts, path: longPath }],
    [
      'with a unique fact of 2,000 letters',
      { ...facts, fingerprint: { ...facts.fingerprint, unique: 'u'.repeat(2000) } },
    ],
    [
      'with a date by LIST',
      { ...facts, fingerprint: { ...facts.fingerprint, modified: { ...modified, raw: 'Nov 19 12:00' } } },
    ],
  ])('%s is known again as this version', async (title, of) => {
    const metadata = await stored(of, `same/${title}`);

    expect(ownership(metadata, of)).toBe('same-version');
  });

  it.each<[string, SourceFacts, string]>([
    ['of another run', { ...facts, runId: makeRunId(new Date(0), '00000000') }, 'same-version'],
    ['of another size', { ...facts, fingerprint: { ...facts.fingerprint, sizeBytes: 101 } }, 'same-file'],
    [
      'of another date',
      { ...facts, fingerprint: { ...facts.fingerprint, modified: { ...modified, raw: '20261119120001' } } },
      'same-file',
    ],
    [
      'of another unique fact',
      { ...facts, fingerprint: { ...facts.fingerprint, unique: 'u2' } },
      'same-file',
    ],
    ['of another path', { ...facts, path: parseRemotePath('/in/b.csv') }, 'foreign'],
    [
      'of another path in Unicode form alone',
      { ...facts, path: parseRemotePath('/in/cafe\u0301.csv') },
      'foreign',
    ],
    ['of another flow', { ...facts, flow: flowIdSchema.parse('orders') }, 'foreign'],
    ['of another partner', { ...facts, partner: partnerIdSchema.parse('zeta') }, 'foreign'],
  ])('%s is, for the version that comes, a %s', async (title, of, expected) => {
    const metadata = await stored(of, `other/${title}`);

    expect(ownership(metadata, facts)).toBe(expected);
  });

  it('of which only the size is known may be another version of the file', async () => {
    const sizeAlone = { ...facts, fingerprint: { sizeBytes: 100, modified: undefined, unique: undefined } };
    const metadata = await stored(sizeAlone, 'size alone');

    const found = ownership(metadata, sizeAlone);

    expect(found).toBe('same-file');
  });

  it('that another system has put there is foreign', () => {
    const found = ownership({ 'uploaded-by': 'hand' }, facts);

    expect(found).toBe('foreign');
  });

  it('of a long path is distinguished from one of another long path', async () => {
    const metadata = await stored({ ...facts, path: longPath }, 'long');

    const found = ownership(metadata, { ...facts, path: parseRemotePath(`${longPath}x`) });

    expect(found).toBe('foreign');
  });
});

it('the metadata fits into the 2 KB that S3 allows, in ASCII', () => {
  const metadata = toMetadata({
    ...facts,
    path: longPath,
    fingerprint: { ...facts.fingerprint, unique: 'é'.repeat(2000) },
  });

  const text = Object.entries(metadata).flat().join('');

  expect(text).toMatch(/^[\x21-\x7e]*$/);
  expect(Buffer.byteLength(text)).toBeLessThan(2048);
});
