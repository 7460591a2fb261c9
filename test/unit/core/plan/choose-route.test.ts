import { describe, expect, it } from 'vitest';
import {
  chooseRoute,
  isBigFile,
  type PlannedWork,
  sessionsForLimit,
} from '../../../../lambdas/core/plan/choose-route.ts';
import { defaultRate } from '../../../../lambdas/core/plan/transfer-rate.ts';

const nothing: PlannedWork = { batched: { files: 0, bytes: 0 }, isInOnePlace: true, others: 0 };
const gigabyte = 1_000_000_000;

function files(count: number, bytes = 0): PlannedWork {
  return { ...nothing, batched: { files: count, bytes } };
}

describe('a plan is executed', () => {
  it.each<[string, PlannedWork, number, string, number]>([
    ['not at all if there is nothing to transfer', nothing, 4, 'finish', 1],
    ['by one worker if there is only a file to dispose of', { ...nothing, others: 1 }, 4, 'small', 1],
    ['by one worker with few files', files(100), 32, 'small', 1],
    ['by one worker with 10,000 files and one worker’s sessions', files(10_000), 4, 'small', 1],
    ['in batches with more files than one batch has', files(10_001), 4, 'bulk', 1],
    ['in batches if it is not in one range', { ...files(100), isInOnePlace: false }, 4, 'bulk', 1],
    ['by one worker that finishes within an invocation', files(10, 70 * gigabyte), 8, 'small', 1],
    [
      'by one worker that does not, if there are no sessions for another',
      files(10, 700 * gigabyte),
      4,
      'small',
      1,
    ],
    ['by several workers that finish earlier', files(10, 73 * gigabyte), 8, 'bulk', 2],
    ['by as many workers as there are sessions for', files(100_000), 9, 'bulk', 3],
    ['by eight workers with the maximum number of sessions', files(1_000_000), 32, 'bulk', 8],
  ])('%s', (_, work, maxConnections, route, workers) => {
    const setting = { maxConnections, rate: defaultRate, invocationSeconds: 900 };

    expect(chooseRoute(work, setting)).toEqual({ route, workers });
  });
});

it.each([
  [1, 1],
  [4, 4],
  [32, 4],
])('with %i connections each worker has %i sessions', (maxConnections, sessions) => {
  expect(sessionsForLimit(maxConnections)).toBe(sessions);
});

describe('a file', () => {
  it.each([
    ['of 3 GB at 10 MB/s is not big', 2.9 * gigabyte, 900, 10_000_000, false],
    ['that takes more than a third of an invocation is big', 3.1 * gigabyte, 900, 10_000_000, true],
    ['of 100 MB is big in an invocation of 20 seconds', 100_000_000, 20, 10_000_000, true],
    ['of 40 MB is big at a slow partner', 40_000_000, 900, 100_000, true],
    ['of less than two parts is never big', 16_000_000, 900, 1000, false],
    ['of 75 GiB, with parts too large for a batch, is big at any rate', 75 * 1024 ** 3, 900, 1e12, true],
    ['of unknown size is not', undefined, 900, 1000, false],
  ])('%s', (_, sizeBytes, invocationSeconds, bytesPerSecond, expected) => {
    const rate = { ...defaultRate, bytesPerSecond };

    expect(isBigFile(sizeBytes, { rate, invocationSeconds })).toBe(expected);
  });
});
