import { expect, it } from 'vitest';
import { endOf, filesLeft, type RunTotals } from '../../../lambdas/sync/report.ts';

const quiet: RunTotals = {
  listed: 10,
  transferred: 3,
  skipped: 5,
  held: 2,
  refused: 0,
  failed: 0,
  bytes: 300,
  cleared: 0,
  notCleared: 0,
  incompleteDirectories: 0,
};

it.each([
  ['files transferred, skipped and held', {}, 'succeeded'],
  ['nothing there at all', { listed: 0, transferred: 0, skipped: 0, held: 0 }, 'succeeded'],
  ['a file that failed', { failed: 1 }, 'incomplete'],
  ['a name that was refused', { refused: 1 }, 'incomplete'],
  ['a directory that was not read whole', { incompleteDirectories: 1 }, 'incomplete'],
  ['a file that could not be cleared', { notCleared: 1 }, 'incomplete'],
] as const)('a run with %s', (_, changes, expected) => {
  const end = endOf({ ...quiet, ...changes });

  expect(end).toBe(expected);
});

it.each([
  ['all that were listed', {}, 10],
  ['those that were not cleared', { cleared: 4 }, 6],
  ['none, where more were cleared than listed', { cleared: 11 }, 0],
])('files left at the partner are %s', (_, changes, expected) => {
  const left = filesLeft({ ...quiet, ...changes });

  expect(left).toBe(expected);
});
