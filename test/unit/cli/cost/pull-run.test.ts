import { expect, test } from 'vitest';
import { type PullRun, pullRunUsage } from '../../../../cli/cost/pull-run.ts';
import { type SplitTransfer, splitTransfer } from '../../../../cli/cost/transfer-usage.ts';

const quiet: PullRun = {
  listed: 1000,
  directories: 10,
  known: 1000,
  moved: 0,
  bytesPerFile: 1000,
  movedAre: 'new',
};
const kib = 1024;
const mib = 1024 * kib;

test.each<[string, Partial<PullRun>, Pick<SplitTransfer, 'route' | 'workers'>]>([
  ['nothing to move', {}, { route: 'finish', workers: 0 }],
  ['a few files', { moved: 10 }, { route: 'small', workers: 1 }],
  ['as many as a batch', { moved: 10_000 }, { route: 'small', workers: 1 }],
  // 50,000 s of sessions are 12,500 s of one worker: an invocation works for 840 s.
  ['files of long hours', { moved: 1000, bytesPerFile: 498e6 }, { route: 'small', workers: 15 }],
  // 4 s of a session each: 112.5 files take a session 450 s.
  ['more files than a batch', { moved: 45_000, bytesPerFile: 38e6 }, { route: 'bulk', workers: 100 }],
  // 450 s at 10 MB/s are 42 parts of 101 MiB; a terabyte has 9,443 parts.
  ['one file of a terabyte', { moved: 1, bytesPerFile: 1e12 }, { route: 'slices', workers: 225 }],
])('%s is split as in a run', (_, change, expected) => {
  expect(splitTransfer({ ...quiet, ...change })).toMatchObject(expected);
});

test('Unchanged files cost no write, whatever their number', () => {
  const few = pullRunUsage({ ...quiet, listed: 1000, known: 1000 });
  const many = pullRunUsage({ ...quiet, listed: 10_000, known: 10_000 });

  // Ten times as many lines take 0.2 s longer to list, which writes progress and renews slots.
  expect(difference(many, few, 'dynamodb.write')).toBeLessThan(0.1);
  expect(difference(many, few, 's3.write')).toBe(0);
});

test('A directory costs a read unit, and so do 4 KB of its entries', () => {
  const units = (change: Partial<PullRun>) => pullRunUsage({ ...quiet, ...change })['dynamodb.read'] ?? 0;

  // In addition, sessions read the connection budget by the clock.
  expect(Math.floor(units({ directories: 510 }) - units({ directories: 500 }))).toBe(10);
  const flat = { listed: 100_000, directories: 1 };
  const known = units({ ...flat, known: 100_000 }) - units({ ...flat, known: 0 });
  expect(known).toBeCloseTo((100_000 * 800) / 4096 - 1, 6);
});

test.each<[string, Partial<PullRun>, { put: number; look: number }]>([
  ['a small new file', { bytesPerFile: kib }, { put: 1, look: 0 }],
  ['a small file that changed', { bytesPerFile: kib, movedAre: 'changed' }, { put: 1, look: 1 }],
  ['a new file of more than 1 MiB', { bytesPerFile: 2 * mib }, { put: 1, look: 1 }],
  ['a file of one part', { bytesPerFile: 8 * mib }, { put: 1, look: 1 }],
  ['a file of two parts', { bytesPerFile: 8 * mib + 1 }, { put: 5, look: 1 }],
])('%s costs one entry and its S3 requests', (_, change, { put, look }) => {
  const hundred = { ...quiet, ...change, moved: 100 };
  const oneMore = { ...hundred, moved: 101 };

  expect(difference(oneMore, hundred, 's3.write')).toBe(put);
  expect(difference(oneMore, hundred, 's3.read')).toBe(look);
  expect(Math.floor(difference(oneMore, hundred, 'dynamodb.write'))).toBe(1);
});

test('A file of a terabyte costs a request per part and a child execution per slice', () => {
  const usage = pullRunUsage({ ...quiet, listed: 1, known: 0, moved: 1, bytesPerFile: 1e12 });

  expect(usage['stepFunctions.transition']).toBe(20 + 4 + 225 * 4);
  expect(usage['s3.write']).toBeGreaterThan(9443 + 225);
  expect(usage['s3.write']).toBeLessThan(9443 + 225 + 50);
});

test('A listing of hours takes several invocations', () => {
  const usage = pullRunUsage({ ...quiet, directories: 100_000 });

  // 100,000 x 0.3 s over four sessions take nine invocations of fourteen minutes.
  expect(usage['stepFunctions.transition']).toBe(13 + 8 * 2);
});

type Key = 's3.write' | 's3.read' | 'dynamodb.write' | 'dynamodb.read';

function difference(more: PullRun | ReturnType<typeof pullRunUsage>, less: typeof more, key: Key): number {
  const of = (each: typeof more) => ('listed' in each ? pullRunUsage(each) : each)[key] ?? 0;
  return of(more) - of(less);
}
