import { expect, it } from 'vitest';
import type { ExecutionRequest, StartRunOutput } from '../../../lambdas/contract/workflow.ts';
import { releaseLease } from '../../../lambdas/ledger/lease.ts';
import { latestRuns } from '../../../lambdas/ledger/run-record.ts';
import { startRun } from '../../../lambdas/pull/start-run.ts';
import { type TestRun, usePullScene } from './pull-scene.ts';

const scene = usePullScene();
const startedAt = new Date('2026-11-20T02:15:00Z');

async function start(test: TestRun, redriveCount: number): Promise<StartRunOutput> {
  const { partner, flow } = test.run;
  const input: ExecutionRequest = { partner, flow, mode: 'run', acceptListing: false };
  const isRunning = async () => false;
  const execution = { id: `execution of ${flow}`, startedAt, redriveCount };
  return await startRun(
    { input, execution },
    { ...scene.systems(test), isRunning, tellStarted: async () => undefined },
  );
}

it('a step that is repeated begins the same run under a new fence', async () => {
  const test = await scene.begin();

  const first = await start(test, 0);
  const again = await start(test, 0);

  expect(again.run.runId).toBe(first.run.runId);
  expect(again.run.fence).toBeGreaterThan(first.run.fence);
});

it('an execution that is redriven begins another run, which knows how often it was', async () => {
  const test = await scene.begin();
  const first = await start(test, 0);
  await releaseLease(scene.table, { flowName: first.run, owner: first.run.owner });

  const second = await start(test, 1);

  expect(second).toMatchObject({ decision: 'go', run: { redriveCount: 1, owner: first.run.owner } });
  expect(second.run.runId).not.toBe(first.run.runId);
  const runs = await latestRuns(scene.table, test.run, 10);
  expect(runs.map(({ run }) => run)).toEqual(expect.arrayContaining([first.run.runId, second.run.runId]));
});
