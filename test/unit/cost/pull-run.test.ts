import { expect, test } from 'vitest';
import { type PullRun, pullRunUsage, type Route, routeOf } from '../../../cli/cost/pull-run.ts';

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

test.each<[string, Partial<PullRun>, Route]>([
  ['nothing to move', {}, 'finish'],
  ['a few files', { moved: 10 }, 'small'],
  ['as many as a batch', { listed: 10_000, moved: 10_000 }, 'bulk'],
  ['few files of long hours', { moved: 1000, bytesPerFile: 1000 * mib }, 'bulk'],
  ['one file of a terabyte', { moved: 1, bytesPerFile: 1e12 }, 'slices'],
])('The route of %s is as PlanRun would choose', (_, change, route) => {
  expect(routeOf({ ...quiet, ...change })).toBe(route);
});

test('Unchanged files cost no write, however many they are', () => {
  const few = pullRunUsage({ ...quiet, listed: 1000, known: 1000 });
  const many = pullRunUsage({ ...quiet, listed: 10_000, known: 10_000 });

  // A listing of ten times as many lines takes 0.2 s longer to read, in which progress and slots are renewed.
  expect(difference(many, few, 'dynamodb.write')).toBeLessThan(0.1);
  expect(difference(many, few, 's3.write')).toBe(0);
});

test('A directory is a read unit, and so are 4 KB of its entries', () => {
  const flat = { ...quiet, listed: 100_000, known: 100_000, directories: 1 };

  expect(difference({ ...quiet, directories: 510 }, { ...quiet, directories: 500 }, 'dynamodb.read')).toBe(
    10,
  );
  expect(pullRunUsage(flat)['dynamodb.read']).toBe(1 + (100_000 * 800) / 4096);
});

test.each<[string, Partial<PullRun>, { put: number; look: number }]>([
  ['a small new file', { bytesPerFile: kib }, { put: 1, look: 0 }],
  ['a small file that changed', { bytesPerFile: kib, movedAre: 'changed' }, { put: 1, look: 1 }],
  ['a new file of more than 1 MiB', { bytesPerFile: 2 * mib }, { put: 1, look: 1 }],
  ['a file of one part', { bytesPerFile: 8 * mib }, { put: 1, look: 1 }],
  ['a file of two parts', { bytesPerFile: 8 * mib + 1 }, { put: 5, look: 1 }],
])('%s is one entry, and its requests of S3', (_, change, { put, look }) => {
  const one = { ...quiet, ...change, moved: 1 };
  const two = { ...one, moved: 2 };

  expect(difference(two, one, 's3.write')).toBe(put);
  expect(difference(two, one, 's3.read')).toBe(look);
  expect(Math.floor(difference(two, one, 'dynamodb.write'))).toBe(1);
});

test('A terabyte in one file is as many parts as it has, and a child for each slice', () => {
  const usage = pullRunUsage({ ...quiet, listed: 1, known: 0, moved: 1, bytesPerFile: 1e12 });

  const slices = Math.ceil((0.2 + 1e12 / 10e6) / 480);
  expect(slices).toBe(209);
  expect(usage['stepFunctions.transition']).toBe(20 + 3 + slices * 4);
  expect(usage['s3.write']).toBeGreaterThan(8900);
  expect(usage['s3.write']).toBeLessThan(9900);
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
