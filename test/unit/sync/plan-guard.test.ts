import { expect, it } from 'vitest';
import { guardListing } from '../../../lambdas/sync/plan-guard.ts';

const guard = (files: number, filesLeftBefore: number | undefined, incompleteDirectories = 0) =>
  guardListing({ files, filesLeftBefore, incompleteDirectories });

it.each([
  ['goes on in the first run, whatever is there', 0, undefined, 0, 'go'],
  ['goes on where nothing was left and nothing is there', 0, 0, 0, 'go'],
  ['goes on where files came', 500, 0, 0, 'go'],
  ['halts where all of many are gone', 0, 500, 0, 'empty-listing'],
  ['halts where the only one is gone', 0, 1, 0, 'empty-listing'],
  ['goes on where half of many are gone', 250, 500, 0, 'go'],
  ['halts where more than half of many are gone', 249, 500, 0, 'sharp-shrink'],
  ['halts where more than half of ten are gone', 4, 10, 0, 'sharp-shrink'],
  ['goes on where most of a few are gone', 1, 9, 0, 'go'],
  ['goes on where a directory could not be read, since nothing can be said to be missing', 0, 500, 1, 'go'],
])('%s', (_, files, before, incomplete, expected) => {
  const verdict = guard(files, before, incomplete);

  expect(verdict.kind === 'halt' ? verdict.reason : verdict.kind).toBe(expected);
});

it('says what was seen, that nothing was moved, and how to go on', () => {
  const verdict = guard(3, 500);

  expect(verdict).toMatchObject({
    message:
      'The listing shows 3 files; the last run left 500 there. Nothing was moved. Look at the partner; if this is right, run again with --accept-listing.',
  });
});
