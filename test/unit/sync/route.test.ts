import { describe, expect, it } from 'vitest';
import { defaultRate } from '../../../lambdas/sync/expected-time.ts';
import { isBig, type PlannedWork, routeOf, sessionsOfWorker } from '../../../lambdas/sync/route.ts';

const nothing: PlannedWork = { batched: { files: 0, bytes: 0 }, isInOnePlace: true, others: 0 };
const gigabyte = 1_000_000_000;

function files(count: number, bytes = 0): PlannedWork {
  return { ...nothing, batched: { files: count, bytes } };
}

describe('a plan goes', () => {
  it.each<[string, PlannedWork, number, string, number]>([
    ['nowhere where there is nothing to move', nothing, 4, 'finish', 1],
    ['to one worker where a file is to be cleared', { ...nothing, others: 1 }, 4, 'small', 1],
    ['to one worker with few files', files(100), 32, 'small', 1],
    ['to one worker with 10,000 files and one worker’s sessions', files(10_000), 4, 'small', 1],
    ['by batches with more files than one batch has', files(10_001), 4, 'bulk', 1],
    ['by batches where it is not in one place', { ...files(100), isInOnePlace: false }, 4, 'bulk', 1],
    ['to one worker that ends within an invocation', files(10, 70 * gigabyte), 8, 'small', 1],
    ['to one worker that does not, where no other had a session', files(10, 700 * gigabyte), 4, 'small', 1],
    ['to several workers that are sooner done', files(10, 73 * gigabyte), 8, 'bulk', 2],
    ['to as many workers as have a session', files(100_000), 9, 'bulk', 3],
    ['to eight workers with the most sessions', files(1_000_000), 32, 'bulk', 8],
  ])('%s', (_, work, maxConnections, route, workers) => {
    const setting = { maxConnections, rate: defaultRate, invocationSeconds: 900 };

    expect(routeOf(work, setting)).toEqual({ route, workers });
  });
});

it.each([
  [1, 1],
  [4, 4],
  [32, 4],
])('with %i connections each worker has %i sessions', (maxConnections, sessions) => {
  expect(sessionsOfWorker(maxConnections)).toBe(sessions);
});

describe('a file', () => {
  it.each([
    ['of 3 GB at 10 MB/s is not big', 2.9 * gigabyte, 900, 10_000_000, false],
    ['that takes more than a third of an invocation is big', 3.1 * gigabyte, 900, 10_000_000, true],
    ['of 100 MB is big in an invocation of 20 seconds', 100_000_000, 20, 10_000_000, true],
    ['of 40 MB is big at a slow partner', 40_000_000, 900, 100_000, true],
    ['of less than two parts is never big', 16_000_000, 900, 1000, false],
    ['of unknown size is not', undefined, 900, 1000, false],
  ])('%s', (_, sizeBytes, invocationSeconds, bytesPerSecond, expected) => {
    const rate = { ...defaultRate, bytesPerSecond };

    expect(isBig(sizeBytes, { rate, invocationSeconds })).toBe(expected);
  });
});
