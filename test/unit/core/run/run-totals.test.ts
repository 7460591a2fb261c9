import { expect, it } from 'vitest';
import { endStatus, type RunTotals, remainingFiles } from '../../../../lambdas/core/run/run-totals.ts';

const quiet: RunTotals = {
  listed: 10,
  transferred: 3,
  skipped: 5,
  held: 2,
  refused: 0,
  failed: 0,
  notReached: 0,
  bytes: 300,
  disposed: 0,
  notDisposed: 0,
  incompleteDirectories: 0,
};

it.each([
  ['files transferred, skipped and held', {}, 'succeeded'],
  ['no files at all', { listed: 0, transferred: 0, skipped: 0, held: 0 }, 'succeeded'],
  ['a file that failed', { failed: 1 }, 'incomplete'],
  ['a name that was refused', { refused: 1 }, 'incomplete'],
  ['an incomplete directory', { incompleteDirectories: 1 }, 'incomplete'],
  ['a file that could not be disposed of', { notDisposed: 1 }, 'incomplete'],
] as const)('a run with %s', (_, changes, expected) => {
  const end = endStatus({ ...quiet, ...changes });

  expect(end).toBe(expected);
});

it.each([
  ['all that were listed', {}, 0, 10],
  ['those that were not disposed of', { disposed: 4 }, 0, 6],
  ['those that the partner did not remove once they were read', { disposed: 4 }, 3, 3],
  ['none, if more were disposed of than listed', { disposed: 11 }, 0, 0],
])('files left at the partner are %s', (_, changes, takenAway, expected) => {
  const left = remainingFiles({ ...quiet, ...changes }, takenAway);

  expect(left).toBe(expected);
});
