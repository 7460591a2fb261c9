import { expect, it } from 'vitest';
import type { FullReport } from '../../../../lambdas/contract/documents/full-report.ts';
import { planSummarySchema } from '../../../../lambdas/contract/documents/plan-documents.ts';
import { documentNames } from '../../../../lambdas/contract/documents/run-folder.ts';
import type { ObjectKey } from '../../../../lambdas/core/path/object-key.ts';
import { parseRemotePath } from '../../../../lambdas/core/path/remote-path.ts';
import { recordRunFinished } from '../../../../lambdas/ledger/runs/run-record.ts';
import { RefusedParts } from '../../../../lambdas/pull/finish-run/refused-parts.ts';
import { ReportAccumulator } from '../../../../lambdas/pull/finish-run/report-accumulator.ts';
import { reportDetails } from '../../../../lambdas/pull/finish-run/report-details.ts';
import { putJson } from '../../../../lambdas/s3/documents/documents.ts';
import { silentLog } from '../../../support/silent-log.ts';
import { sampleReport } from '../../../unit/report/sample-report.ts';
import { fileLine, type TestRun, usePullFixture } from '../pull-fixture.ts';

const fixture = usePullFixture();
const endedAt = new Date('2026-11-20T02:20:00Z');

function detailsOf(test: TestRun, accumulator = emptyAccumulator()) {
  const { table, runs } = fixture;
  const sources = { table, runs, parts: new RefusedParts(silentLog) };
  return planOf(test).then((plan) => reportDetails({ run: test.run, plan, accumulator, endedAt }, sources));
}

function emptyAccumulator(): ReportAccumulator {
  return new ReportAccumulator({ startMs: endedAt.getTime() - 60_000, endMs: endedAt.getTime() });
}

async function planOf(test: TestRun) {
  return fixture.document(test, documentNames.planSummary, planSummarySchema);
}

function keyOf(path: string): ObjectKey {
  return path.slice(1) as ObjectKey;
}

/** A run of the flow that has ended, with its report. */
async function ended(test: TestRun, changes: Partial<FullReport> = {}): Promise<void> {
  const { partner, flow, runId: run } = test.run;
  const { details, ...totals } = { ...sampleReport, ...changes, partner, flow, run };
  await putJson(fixture.runs, `${test.folder}${documentNames.report}`, { ...totals, details });
  await recordRunFinished(fixture.table, test.run, totals);
}

it('counts the reasons of transferred and held files, and names the held ones', async () => {
  const test = await fixture.begin({ flow: { settled: { doneFile: '{name}.done' } } });
  await fixture.list(test, [fileLine('a.csv'), fileLine('a.csv.done'), fileLine('b.csv')]);
  await fixture.plan(test);

  const details = await detailsOf(test);

  expect(details).toMatchObject({
    planned: { new: 1 },
    held: { 'done-file-missing': 1 },
    skipped: { 'done-file': 1 },
    heldFiles: [{ path: '/in/b.csv', reason: 'done-file-missing' }],
  });
});

it('compares with the previous run, and marks a file that failed there too', async () => {
  const first = await fixture.begin();
  await ended(first, { listed: 7 });
  const second = await fixture.next(first);
  const accumulator = emptyAccumulator();
  for (const path of ['/in/a.csv', sampleReport.details?.failedFiles[1]?.path ?? '']) {
    accumulator.addOutcome({
      kind: 'failed',
      path: parseRemotePath(path),
      key: keyOf(path),
      sizeBytes: 1,
      error: 'denied',
      message: 'No.',
    });
  }

  const details = await detailsOf(second, accumulator);

  expect(details.previous).toMatchObject({ run: first.run.runId, listed: 7, planned: { new: 118 } });
  expect(details.failed).toEqual({ denied: 2 });
  expect(details.failedFiles.map(({ failedBefore }) => failedBefore)).toEqual([false, true]);
});

it('compares with no run where the previous one has no report, or there is none', async () => {
  const first = await fixture.begin();
  const second = await fixture.next(first);

  expect(await detailsOf(first)).not.toHaveProperty('previous');
  expect(await detailsOf(second)).not.toHaveProperty('previous');
});

it('shows the slowest files and a hundred failed ones, and counts all', () => {
  const accumulator = emptyAccumulator();

  for (let number = 0; number < 1000; number++) {
    const path = parseRemotePath(`/in/${number}.csv`);
    const file = { path, key: keyOf(path), sizeBytes: 10, at: endedAt.toISOString(), seconds: number };
    const facts = { sha256: undefined, crc32: undefined, verifiedModified: undefined, note: undefined };
    const version = { listed: undefined, isTimeFinal: false, isTakenAway: undefined };
    accumulator.addOutcome({ kind: 'transferred', ...file, ...facts, ...version, verification: 'size' });
    accumulator.addOutcome({ kind: 'failed', ...file, error: 'gone', message: 'It is gone.' });
  }

  expect(accumulator.slowest.map(({ seconds }) => seconds)).toEqual([
    999, 998, 997, 996, 995, 994, 993, 992, 991, 990,
  ]);
  expect(accumulator.failedFiles).toHaveLength(100);
  expect(accumulator.failedByError).toEqual({ gone: 1000 });
});
