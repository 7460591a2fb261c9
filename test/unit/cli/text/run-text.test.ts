import { expect, test } from 'vitest';
import { runText } from '../../../../cli/text/run-text.ts';
import { type RunReport, runReportSchema } from '../../../../lambdas/contract/documents/run-report.ts';

function report(changes: Partial<RunReport>): RunReport {
  return runReportSchema.parse({
    partner: 'acme',
    flow: 'invoices',
    run: '20261120T021500Z-1f3a9c04',
    mode: 'run',
    status: 'succeeded',
    startedAt: '2026-11-20T02:15:00Z',
    seconds: 3,
    listed: 0,
    transferred: 0,
    skipped: 0,
    held: 0,
    refused: 0,
    failed: 0,
    bytes: 0,
    disposed: 0,
    notDisposed: 0,
    incompleteDirectories: 0,
    ...changes,
  });
}

test('A plan counts all files that it would transfer, not only those on the page', () => {
  const plan = {
    ...report({ mode: 'plan', listed: 5000, skipped: 900, held: 90, refused: 10 }),
    transfers: 4000,
  };

  const text = runText(plan, [{ path: '/a.csv', outcome: 'transfer', reason: 'new' }]);

  expect(text).toContain('5000 listed, 4000 to transfer, 900 skipped, 90 held, 10 refused');
  expect(text).toContain('(4999 more: unchanged, or beyond --limit)');
});

test.each([
  ['run', "'report 20261120T021500Z-1f3a9c04' names them"],
  ['plan', 'the report of a run names them'],
] as const)('When directories were not listed completely, a %s says where their names are', (mode, says) => {
  const text = runText(report({ mode, incompleteDirectories: 2 }), []);

  expect(text).toContain(`2 directories were not listed completely; their content is unknown; ${says}.`);
});

test.each([
  ['modified-time-unknown', true],
  ['modified-time-in-future', true],
  ['min-age-not-reached', false],
])('A run with a file that is held as %s names the setting that helps, or not', (reason, isNamed) => {
  const text = runText(report({ held: 1 }), [{ path: '/a.csv', outcome: 'held', reason }]);

  expect(text.includes('set connection.timeZone')).toBe(isNamed);
});

test('A run says what it could not learn about files, and what that means', () => {
  const text = runText(report({ filesWithoutTime: 2, filesWithoutSize: 1 }), []);

  expect(text).toContain(
    '2 files have no time, neither in the listing nor by MDTM: a change at the same size',
  );
  expect(text).toContain('1 file has no size, neither in the listing nor by SIZE');
  expect(text).toContain("'doctor acme' says more.");
  expect(runText(report({}), [])).not.toContain('neither in the listing');
});
