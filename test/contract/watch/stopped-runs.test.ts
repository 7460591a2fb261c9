import { expect, it } from 'vitest';
import type { RunReport } from '../../../lambdas/contract/run-report.ts';
import type { Run } from '../../../lambdas/contract/workflow.ts';
import { openIssues } from '../../../lambdas/ledger/attention.ts';
import {
  latestRuns,
  recordProgress,
  recordRunFinished,
  recordRunStarted,
} from '../../../lambdas/ledger/run-record.ts';
import type { ExecutionEnd } from '../../../lambdas/runtime/executions.ts';
import type { Told } from '../../../lambdas/watch/signal.ts';
import { lookAtStoppedRuns } from '../../../lambdas/watch/stopped-runs.ts';
import { newFlow, runOf, useTable } from '../ledger/test-table.ts';

const ledger = useTable();

/** Step Functions stops nothing after a day while a test waits: it is asked here. */
const timedOut: ExecutionEnd = {
  status: 'TIMED_OUT',
  error: 'States.Timeout',
  cause: '',
  endedAt: new Date('2026-11-21T02:15:00Z'),
  input: '{}',
};

function reportOf({ partner, flow, runId, mode, startedAt }: Run, status: RunReport['status']): RunReport {
  const counts = { listed: 1, transferred: 1, skipped: 0, held: 0, refused: 0, failed: 0, bytes: 1 };
  const rest = { cleared: 0, notCleared: 0, incompleteDirectories: 0 };
  return { partner, flow, run: runId, mode, status, startedAt, seconds: 1, ...counts, ...rest };
}

/** Looks at the flow of a run. @returns what was told. */
async function look(
  run: Run,
  endOfExecution: () => Promise<ExecutionEnd | undefined>,
): Promise<readonly Told[]> {
  const told: Told[] = [];
  await lookAtStoppedRuns(run, {
    table: ledger.table,
    now: () => new Date('2026-11-21T02:20:00Z'),
    tell: async (event) => void told.push(event),
    endOfExecution,
  });
  return told;
}

async function faultsOf({ partner, flow }: Run): Promise<readonly string[]> {
  const all = await Array.fromAsync(openIssues(ledger.table));
  return all.filter((issue) => issue.partner === partner && issue.flow === flow).map(({ fault }) => fault);
}

it('a run that was stopped after a day is recorded as far as it came', async () => {
  const run = runOf(newFlow(), 1);
  await recordRunStarted(ledger.table, run);
  const progress = { step: 'transfer-batch', files: 7, filesTotal: 9, bytes: 70, bytesTotal: 90 };
  await recordProgress(ledger.table, run, progress);

  const told = await look(run, async () => timedOut);

  const [record] = await latestRuns(ledger.table, run, 1);
  const seconds = (Date.parse('2026-11-21T02:15:00Z') - Date.parse(run.startedAt)) / 1000;
  expect(record?.report).toMatchObject({ status: 'failed', transferred: 7, bytes: 70, seconds });
  expect(told).toMatchObject([{ type: 'run.failed', detail: { problem: { fault: 'run-stopped' } } }]);
  expect(await faultsOf(run)).toEqual(['run-stopped']);
});

it('a run that writes its end while it is looked at is none', async () => {
  const run = runOf(newFlow(), 1);
  await recordRunStarted(ledger.table, run);

  const told = await look(run, async () => {
    await recordRunFinished(ledger.table, run, reportOf(run, 'succeeded'));
    return { ...timedOut, status: 'SUCCEEDED' };
  });

  const [record] = await latestRuns(ledger.table, run, 1);
  expect(told).toEqual([]);
  expect(record?.report?.status).toBe('succeeded');
  expect(await faultsOf(run)).toEqual([]);
});

it.each(['succeeded', 'halted'] as const)(
  'a run behind which another one has %s is told of, and says nothing of how the flow stands',
  async (status) => {
    const run = runOf(newFlow(), 1);
    const later = runOf(run, 2);
    await recordRunStarted(ledger.table, run);
    await recordRunStarted(ledger.table, later);
    await recordRunFinished(ledger.table, later, reportOf(later, status));

    const told = await look(run, async () => timedOut);

    expect(told).toHaveLength(1);
    expect(await faultsOf(run)).toEqual([]);
  },
);
