import { expect, it } from 'vitest';
import type { RunReport } from '../../../lambdas/contract/documents/run-report.ts';
import type { Run } from '../../../lambdas/contract/workflow.ts';
import { openIssues } from '../../../lambdas/ledger/alerts/attention.ts';
import {
  latestRuns,
  recordProgress,
  recordRunFinished,
  recordRunStarted,
} from '../../../lambdas/ledger/runs/run-record.ts';
import type { AlertEvent } from '../../../lambdas/monitor/alert.ts';
import { checkStoppedRuns } from '../../../lambdas/monitor/stopped-runs.ts';
import type { ExecutionEnd } from '../../../lambdas/runtime/executions.ts';
import { newFlow, runOf, useTable } from '../ledger/test-table.ts';

const ledger = useTable();

/** A test cannot wait for the day after which Step Functions stops an execution. */
const timedOut: ExecutionEnd = {
  status: 'TIMED_OUT',
  error: 'States.Timeout',
  cause: '',
  endedAt: new Date('2026-11-21T02:15:00Z'),
  input: '{}',
};

function reportFor({ partner, flow, runId, mode, startedAt }: Run, status: RunReport['status']): RunReport {
  const counts = {
    listed: 1,
    transferred: 1,
    skipped: 0,
    held: 0,
    refused: 0,
    failed: 0,
    notReached: 0,
    bytes: 1,
  };
  const rest = { disposed: 0, notDisposed: 0, incompleteDirectories: 0 };
  return { partner, flow, run: runId, mode, status, startedAt, seconds: 1, ...counts, ...rest };
}

/** Checks the flow of a run. @returns the published events. */
async function check(
  run: Run,
  executionEnd: () => Promise<ExecutionEnd | undefined>,
): Promise<readonly AlertEvent[]> {
  const published: AlertEvent[] = [];
  await checkStoppedRuns(run, {
    table: ledger.table,
    now: () => new Date('2026-11-21T02:20:00Z'),
    publishEvent: async (event) => void published.push(event),
    executionEnd,
  });
  return published;
}

async function openErrors({ partner, flow }: Run): Promise<readonly string[]> {
  const all = await Array.fromAsync(openIssues(ledger.table));
  return all.filter((issue) => issue.partner === partner && issue.flow === flow).map(({ error }) => error);
}

it('records a run that was stopped after a day with the counts that it reported last', async () => {
  const run = runOf(newFlow(), 1);
  await recordRunStarted(ledger.table, run);
  const progress = { step: 'transfer-batch', files: 7, filesTotal: 9, bytes: 70, bytesTotal: 90 };
  await recordProgress(ledger.table, run, progress);

  const published = await check(run, async () => timedOut);

  const [record] = await latestRuns(ledger.table, run, 1);
  const seconds = (Date.parse('2026-11-21T02:15:00Z') - Date.parse(run.startedAt)) / 1000;
  expect(record?.report).toMatchObject({ status: 'failed', transferred: 7, bytes: 70, seconds });
  expect(published).toMatchObject([{ type: 'run.failed', detail: { cause: { error: 'run-stopped' } } }]);
  expect(await openErrors(run)).toEqual(['run-stopped']);
});

it('leaves alone a run that records its end during the check', async () => {
  const run = runOf(newFlow(), 1);
  await recordRunStarted(ledger.table, run);

  const published = await check(run, async () => {
    await recordRunFinished(ledger.table, run, reportFor(run, 'succeeded'));
    return { ...timedOut, status: 'SUCCEEDED' };
  });

  const [record] = await latestRuns(ledger.table, run, 1);
  expect(published).toEqual([]);
  expect(record?.report?.status).toBe('succeeded');
  expect(await openErrors(run)).toEqual([]);
});

it.each(['succeeded', 'halted'] as const)(
  'reports a stopped run after which another one has %s, but opens no alert for the flow',
  async (status) => {
    const run = runOf(newFlow(), 1);
    const later = runOf(run, 2);
    await recordRunStarted(ledger.table, run);
    await recordRunStarted(ledger.table, later);
    await recordRunFinished(ledger.table, later, reportFor(later, status));

    const published = await check(run, async () => timedOut);

    expect(published).toHaveLength(1);
    expect(await openErrors(run)).toEqual([]);
  },
);
