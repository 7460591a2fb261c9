import { GetCommand } from '@aws-sdk/lib-dynamodb';
import { describe, expect, it } from 'vitest';
import type { RunReport } from '../../../../lambdas/contract/documents/run-report.ts';
import { flowIdSchema } from '../../../../lambdas/contract/ids.ts';
import type { Run } from '../../../../lambdas/contract/workflow.ts';
import { runKey } from '../../../../lambdas/ledger/keys.ts';
import {
  addProgress,
  findRunByOwner,
  latestRuns,
  recordProgress,
  recordRunFinished,
  recordRunStarted,
} from '../../../../lambdas/ledger/runs/run-record.ts';
import { newFlow, runOf, useTable } from '../test-table.ts';

const ledger = useTable();
const dayMs = 24 * 3600 * 1000;

const reportOf = ({ partner, flow, runId, mode, startedAt }: Run): RunReport => ({
  partner,
  flow,
  run: runId,
  mode,
  status: 'failed',
  startedAt,
  seconds: 1.5,
  listed: 1,
  transferred: 2,
  skipped: 3,
  held: 4,
  refused: 5,
  failed: 6,
  notReached: 0,
  bytes: 7,
  disposed: 8,
  notDisposed: 9,
  incompleteDirectories: 10,
  cause: { error: 'timeout', message: 'silent' },
});

async function keptMs(run: Run): Promise<number> {
  const { Item } = await ledger.table.client.send(
    new GetCommand({ TableName: ledger.table.name, Key: runKey(run) }),
  );
  return Number(Item?.expiresAt) * 1000 - Date.parse(run.startedAt);
}

describe('the record of a run', () => {
  it('is there from its start, without progress and report', async () => {
    const run = runOf(newFlow(), 1);
    await recordRunStarted(ledger.table, run);

    const record = await findRunByOwner(ledger.table, run, run);

    expect(record).toStrictEqual({
      run: run.runId,
      owner: run.owner,
      startedAt: run.startedAt,
      progress: undefined,
      report: undefined,
    });
  });

  it('shows the latest progress', async () => {
    const run = runOf(newFlow(), 1);
    const progress = {
      step: 'list-remote',
      files: 1,
      filesTotal: undefined,
      bytes: 0,
      bytesTotal: undefined,
    };
    await recordRunStarted(ledger.table, run);
    await recordProgress(ledger.table, run, progress);
    await recordProgress(ledger.table, run, { ...progress, files: 2 });

    const record = await findRunByOwner(ledger.table, run, run);

    expect(record?.progress).toStrictEqual({ ...progress, files: 2 });
  });

  it('has the report once the run has ended', async () => {
    const run = runOf(newFlow(), 1);
    await recordRunStarted(ledger.table, run);
    await recordRunFinished(ledger.table, run, reportOf(run));

    const record = await findRunByOwner(ledger.table, run, run);

    expect(record?.report).toEqual(reportOf(run));
  });

  it('expires after 90 days, that of a plan after one', async () => {
    const run = runOf(newFlow(), 1);
    const plan = runOf(newFlow(), 1, { mode: 'plan' });
    await recordRunStarted(ledger.table, run);
    await recordRunStarted(ledger.table, plan);

    const kept = [await keptMs(run), await keptMs(plan)];

    expect(kept).toEqual([90 * dayMs, dayMs]);
  });
});

describe('the latest runs', () => {
  it('are the newest first, and as many as asked for', async () => {
    const flow = newFlow();
    for (const minute of [3, 1, 4, 2]) await recordRunStarted(ledger.table, runOf(flow, minute));

    const runs = await latestRuns(ledger.table, flow, 3);

    expect(runs.map(({ owner }) => owner)).toEqual(['execution-4', 'execution-3', 'execution-2']);
  });

  it('have no plans among them', async () => {
    const flow = newFlow();
    await recordRunStarted(ledger.table, runOf(flow, 1));
    await recordRunStarted(ledger.table, runOf(flow, 2, { mode: 'plan' }));

    const runs = await latestRuns(ledger.table, flow, 10);

    expect(runs.map(({ owner }) => owner)).toEqual(['execution-1']);
  });

  it('have no runs of a flow whose name begins with the same letters', async () => {
    const flow = newFlow();
    const longer = { ...flow, flow: flowIdSchema.parse(`${flow.flow}-more`) };
    await recordRunStarted(ledger.table, runOf(longer, 1));

    const runs = await latestRuns(ledger.table, flow, 10);

    expect(runs).toEqual([]);
  });
});

describe('the run of an execution', () => {
  it('is not there before StartRun has recorded it', async () => {
    const record = await findRunByOwner(ledger.table, newFlow(), { owner: 'nobody', mode: 'run' });

    expect(record).toBeUndefined();
  });

  it('is found among plans if it is a plan, and among runs if it is a run', async () => {
    const flow = newFlow();
    const plan = runOf(flow, 1, { mode: 'plan' });
    await recordRunStarted(ledger.table, plan);

    const records = await Promise.all(
      (['plan', 'run'] as const).map((mode) =>
        findRunByOwner(ledger.table, flow, { owner: plan.owner, mode }),
      ),
    );

    expect(records.map((record) => record?.run)).toEqual([plan.runId, undefined]);
  });

  it('is found though others have been started since', async () => {
    const flow = newFlow();
    for (let minute = 1; minute <= 10; minute += 1) await recordRunStarted(ledger.table, runOf(flow, minute));

    const record = await findRunByOwner(ledger.table, flow, { owner: 'execution-1', mode: 'run' });

    expect(record?.owner).toBe('execution-1');
  });
});

describe('the progress of several workers', () => {
  const start = { step: 'transfer-batch', files: 0, filesTotal: 5, bytes: 0, bytesTotal: 50 };

  it('is the sum of what each of them adds', async () => {
    const run = runOf(newFlow(), 1);
    await recordRunStarted(ledger.table, run);
    await recordProgress(ledger.table, run, start);

    await Promise.all(
      [1, 2].map((files) =>
        addProgress(ledger.table, run, { writer: `w${files}`, number: 1, files, bytes: files * 10 }),
      ),
    );

    const record = await findRunByOwner(ledger.table, run, run);
    expect(record?.progress).toEqual({ ...start, files: 3, bytes: 30 });
  });

  it('does not pass its totals, though what a killed worker did is counted again', async () => {
    const run = runOf(newFlow(), 1);
    await recordRunStarted(ledger.table, run);
    await recordProgress(ledger.table, run, start);

    await addProgress(ledger.table, run, { writer: 'w', number: 1, files: 7, bytes: 70 });

    const record = await findRunByOwner(ledger.table, run, run);
    expect(record?.progress).toEqual({ ...start, files: 5, bytes: 50 });
  });
});
