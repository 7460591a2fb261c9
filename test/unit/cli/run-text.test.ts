import { expect, test } from 'vitest';
import { runText } from '../../../cli/run-text.ts';
import { type RunReport, runReportSchema } from '../../../lambdas/contract/run-report.ts';

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
    cleared: 0,
    notCleared: 0,
    incompleteDirectories: 0,
    ...changes,
  });
}

test('A plan counts all files that it would transfer, and not those of the page that is shown', () => {
  const plan = report({ mode: 'plan', listed: 5000, skipped: 900, held: 90, refused: 10 });

  const text = runText(plan, [{ path: '/a.csv', outcome: 'transfer', reason: 'new' }]);

  expect(text).toContain('5000 listed, 4000 to transfer, 900 skipped, 90 held, 10 refused');
  expect(text).toContain('(4999 more: unchanged, or beyond --limit)');
});

test.each([
  ['run', "'report 20261120T021500Z-1f3a9c04' names them"],
  ['plan', "a run's report names them"],
] as const)('Where directories could not be read whole, a %s says where their names are', (mode, says) => {
  const text = runText(report({ mode, incompleteDirectories: 2 }), []);

  expect(text).toContain(`2 directories could not be read whole; what they hold is unknown; ${says}.`);
});
