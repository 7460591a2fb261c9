import { expect, it } from 'vitest';
import { guardListing, haltUnlessAccepted } from '../../../../lambdas/core/plan/plan-guard.ts';

const guard = (files: number, filesRemainingBefore: number | undefined, incompleteDirectories = 0) =>
  guardListing({ files, filesRemainingBefore, incompleteDirectories });

it.each([
  ['continues in the first run, whatever is listed', 0, undefined, 0, 'go'],
  ['continues if nothing was left and nothing is listed', 0, 0, 0, 'go'],
  ['continues if files are new', 500, 0, 0, 'go'],
  ['halts if all of many files are gone', 0, 500, 0, 'empty-listing'],
  ['halts if the only file is gone', 0, 1, 0, 'empty-listing'],
  ['continues if half of many files are gone', 250, 500, 0, 'go'],
  ['halts if more than half of many files are gone', 249, 500, 0, 'listing-shrunk'],
  ['halts if more than half of ten files are gone', 4, 10, 0, 'listing-shrunk'],
  ['continues if most of a few files are gone', 1, 9, 0, 'go'],
  ['continues if a directory could not be listed, since no file counts as missing then', 0, 500, 1, 'go'],
])('%s', (_, files, before, incomplete, expected) => {
  const verdict = guard(files, before, incomplete);

  expect(verdict.kind === 'halt' ? verdict.reason : verdict.kind).toBe(expected);
});

it('the message says what was listed, that nothing was transferred, and how to resume', () => {
  const verdict = guard(3, 500);

  expect(verdict).toMatchObject({
    message:
      'The listing has 3 files; the last run left 500 at the partner. Nothing was transferred. Check the partner. If the listing is right, resume with `npx ftps-sync approve RUN --reason TEXT`, which is recorded and holds for exactly this listing. `run PARTNER FLOW --accept-listing` accepts any listing.',
  });
});

it.each([
  ['the listing that an operator checked', { files: 3, directories: 1 }, false, 'go'],
  ['a listing with fewer files than the checked one', { files: 2, directories: 1 }, false, 'halt'],
  ['a listing with other directories than the checked one', { files: 3, directories: 2 }, false, 'halt'],
  ['any listing, if the operator accepts it', { files: 0, directories: 1 }, true, 'go'],
])('an approval and %s', (_, now, acceptListing, expected) => {
  const halted = { kind: 'halt', reason: 'listing-shrunk', message: 'The listing is short.' } as const;
  const approved = { files: 3, directories: 1, run: '20261120-021500-aaaaaa' };

  const verdict = haltUnlessAccepted(halted, { acceptListing, approved }, now);

  expect(verdict?.kind ?? 'go').toBe(expected);
});
