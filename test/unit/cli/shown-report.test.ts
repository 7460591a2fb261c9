import { expect, test } from 'vitest';
import { withPlan } from '../../../cli/runs/shown-report.ts';
import { planSummarySchema } from '../../../lambdas/contract/documents/plan-documents.ts';
import { runReportSchema } from '../../../lambdas/contract/documents/run-report.ts';

test('A plan of four files and six names that cannot be paths counts ten, and none below zero', () => {
  const plan = planSummarySchema.parse({
    listed: 4,
    transfers: 4,
    bytes: 4,
    bigFiles: 0,
    disposeFiles: 0,
    skipped: {},
    held: 0,
    refused: 6,
    incompleteDirectories: 0,
  });
  const report = runReportSchema.parse({
    partner: 'acme',
    flow: 'invoices',
    run: '20261120T021500Z-1f3a9c04',
    mode: 'plan',
    status: 'incomplete',
    startedAt: '2026-11-20T02:15:00Z',
    seconds: 3,
    listed: 4,
    transferred: 0,
    skipped: 0,
    held: 0,
    refused: 6,
    failed: 0,
    bytes: 0,
    disposed: 0,
    notDisposed: 0,
    incompleteDirectories: 0,
  });

  expect(withPlan(report, plan)).toMatchObject({ listed: 10, transfers: 4, refused: 6 });
});
