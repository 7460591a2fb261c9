import { expect, test } from 'vitest';
import { type PullRun, pullRunUsage } from '../../../cli/cost/pull-run.ts';
import { type SharedOut, transferOf } from '../../../cli/cost/transfer-usage.ts';

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

test.each<[string, Partial<PullRun>, Pick<SharedOut, 'route' | 'workers'>]>([
  ['nothing to move', {}, { route: 'finish', workers: 0 }],
  ['a few files', { moved: 10 }, { route: 'small', workers: 1 }],
  ['as many as a batch', { moved: 10_000 }, { route: 'small', workers: 1 }],
  // 50,000 s of sessions are 12,500 s of one worker: an invocation works for 840.
  ['files of long hours', { moved: 1000, bytesPerFile: 498e6 }, { route: 'small', workers: 15 }],
  // 4 s of one session each: 112.5 files are 450 s of one.
  ['more files than a batch', { moved: 45_000, bytesPerFile: 38e6 }, { route: 'bulk', workers: 100 }],
  // 450 s at 10 MB/s are 42 parts of 101 MiB, and a terabyte has 9,443 of them.
  ['one file of a terabyte', { moved: 1, bytesPerFile: 1e12 }, { route: 'slices', workers: 225 }],
])('%s is shared out as a run would', (_, change, expected) => {
  expect(transferOf({ ...quiet, ...change })).toMatchObject(expected);
});

test('Unchanged files cost no write, however many they are', () => {
  const few = pullRunUsage({ ...quiet, listed: 1000, known: 1000 });
  const many = pullRunUsage({ ...quiet, listed: 10_000, known: 10_000 });

  // A listing of ten times as many lines takes 0.2 s longer to read, in which progress and slots are renewed.
  expect(difference(many, few, 'dynamodb.write')).toBeLessThan(0.1);
  expect(difference(many, few, 's3.write')).toBe(0);
});

test('A directory is a read unit, and so are 4 KB of its entries', () => {
  const units = (change: Partial<PullRun>) => pullRunUsage({ ...quiet, ...change })['dynamodb.read'] ?? 0;

  // Beside the directories stands what the sessions ask of the connection budget, by the clock.
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
])('%s is one entry, and its requests of S3', (_, change, { put, look }) => {
  const hundred = { ...quiet, ...change, moved: 100 };
  const oneMore = { ...hundred, moved: 101 };

  expect(difference(oneMore, hundred, 's3.write')).toBe(put);
  expect(difference(oneMore, hundred, 's3.read')).toBe(look);
  expect(Math.floor(difference(oneMore, hundred, 'dynamodb.write'))).toBe(1);
});

test('A terabyte in one file is as many requests as it has parts, and a child for each slice', () => {
  const usage = pullRunUsage({ ...quiet, listed: 1, known: 0, moved: 1, bytesPerFile: 1e12 });

  expect(usage['stepFunctions.transition']).toBe(20 + 4 + 225 * 4);
  expect(usage['s3.write']).toBeGreaterThan(9443 + 225);
  expect(usage['s3.write']).toBeLessThan(9443 + 225 + 50);
});

test('A listing of hours is as many invocations as it needs', () => {
  const usage = pullRunUsage({ ...quiet, directories: 100_000 });

  // 100,000 x 0.3 s over four sessions are nine times fourteen minutes.
  expect(usage['stepFunctions.transition']).toBe(13 + 8 * 2);
});

type Key = 's3.write' | 's3.read' | 'dynamodb.write' | 'dynamodb.read';

function difference(more: PullRun | ReturnType<typeof pullRunUsage>, less: typeof more, key: Key): number {
  const of = (each: typeof more) => ('listed' in each ? pullRunUsage(each) : each)[key] ?? 0;
  return of(more) - of(less);
}
