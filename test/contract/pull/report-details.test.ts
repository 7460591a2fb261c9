import { expect, it } from 'vitest';
import { planSummarySchema } from '../../../lambdas/contract/plan-documents.ts';
import type { WholeReport } from '../../../lambdas/contract/report.ts';
import { documentNames } from '../../../lambdas/contract/run-folder.ts';
import { recordRunFinished } from '../../../lambdas/ledger/run-record.ts';
import { GatheredFiles } from '../../../lambdas/pull/gathered-files.ts';
import { reportDetails } from '../../../lambdas/pull/report-details.ts';
import { putJson } from '../../../lambdas/s3/documents.ts';
import type { ObjectKey } from '../../../lambdas/sync/object-key.ts';
import { parseRemotePath } from '../../../lambdas/sync/remote-path.ts';
import { sampleReport } from '../../unit/report/sample-report.ts';
import { fileLine, type TestRun, usePullScene } from './pull-scene.ts';

const scene = usePullScene();
const endedAt = new Date('2026-11-20T02:20:00Z');

function detailsOf(test: TestRun, gathered = nothingGathered()) {
  return planOf(test).then((plan) => reportDetails({ run: test.run, plan, gathered, endedAt }, scene));
}

function nothingGathered(): GatheredFiles {
  return new GatheredFiles({ startMs: endedAt.getTime() - 60_000, endMs: endedAt.getTime() });
}

async function planOf(test: TestRun) {
  return scene.document(test, documentNames.planSummary, planSummarySchema);
}

function keyOf(path: string): ObjectKey {
  return path.slice(1) as ObjectKey;
}

/** A run of the flow that has ended, with its report. */
async function ended(test: TestRun, changes: Partial<WholeReport> = {}): Promise<void> {
  const { partner, flow, runId: run } = test.run;
  const { details, ...totals } = { ...sampleReport, ...changes, partner, flow, run };
  await putJson(scene.runs, `${test.folder}${documentNames.report}`, { ...totals, details });
  await recordRunFinished(scene.table, test.run, totals);
}

it('counts why files are transferred and held, and names those that are held', async () => {
  const test = await scene.begin({ flow: { settled: { doneFile: '{name}.done' } } });
  await scene.list(test, [fileLine('a.csv'), fileLine('a.csv.done'), fileLine('b.csv')]);
  await scene.plan(test);

  const details = await detailsOf(test);

  expect(details).toMatchObject({
    planned: { new: 1 },
    held: { 'no-done-file': 1 },
    skipped: { 'done-file': 1 },
    heldFiles: [{ path: '/in/b.csv', reason: 'no-done-file' }],
  });
});

it('compares with the run before, and says of a failed file that it failed there too', async () => {
  const first = await scene.begin();
  await ended(first, { listed: 7 });
  const second = await scene.next(first);
  const gathered = nothingGathered();
  for (const path of ['/in/a.csv', sampleReport.details?.failedFiles[1]?.path ?? '']) {
    gathered.add({
      kind: 'failed',
      path: parseRemotePath(path),
      key: keyOf(path),
      sizeBytes: 1,
      fault: 'denied',
      message: 'No.',
    });
  }

  const details = await detailsOf(second, gathered);

  expect(details.previous).toMatchObject({ run: first.run.runId, listed: 7, planned: { new: 118 } });
  expect(details.failed).toEqual({ denied: 2 });
  expect(details.failedFiles.map(({ failedBefore }) => failedBefore)).toEqual([false, true]);
});

it('compares with nothing where the run before was cut off, or is the first', async () => {
  const first = await scene.begin();
  const second = await scene.next(first);

  expect(await detailsOf(first)).not.toHaveProperty('previous');
  expect(await detailsOf(second)).not.toHaveProperty('previous');
});

it('shows the slowest files, a hundred failed ones, and counts all', () => {
  const gathered = nothingGathered();

  for (let number = 0; number < 1000; number++) {
    const path = parseRemotePath(`/in/${number}.csv`);
    const file = { path, key: keyOf(path), sizeBytes: 10, at: endedAt.toISOString(), seconds: number };
    const facts = { sha256: undefined, crc32: undefined, verifiedModified: undefined, note: undefined };
    gathered.add({ kind: 'transferred', ...file, ...facts, verification: 'size' });
    gathered.add({ kind: 'failed', ...file, fault: 'gone', message: 'It is gone.' });
  }

  expect(gathered.slowest.map(({ seconds }) => seconds)).toEqual([
    999, 998, 997, 996, 995, 994, 993, 992, 991, 990,
  ]);
  expect(gathered.failedFiles).toHaveLength(100);
  expect(gathered.failed).toEqual({ gone: 1000 });
});
