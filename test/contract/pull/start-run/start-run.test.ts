import { expect, it } from 'vitest';
import type { ExecutionRequest, StartRunOutput } from '../../../../lambdas/contract/workflow.ts';
import { recordPause } from '../../../../lambdas/ledger/pauses.ts';
import { leaseOf, releaseLease } from '../../../../lambdas/ledger/runs/lease.ts';
import { latestRuns } from '../../../../lambdas/ledger/runs/run-record.ts';
import { startRun } from '../../../../lambdas/pull/start-run/start-run.ts';
import { type TestRun, usePullFixture } from '../pull-fixture.ts';

const fixture = usePullFixture();
const startedAt = new Date('2026-11-20T02:15:00Z');

async function start(test: TestRun, redriveCount: number, isOtherRunning = false): Promise<StartRunOutput> {
  const { partner, flow } = test.run;
  const input: ExecutionRequest = { partner, flow, mode: 'run', acceptListing: false };
  const isRunning = async () => isOtherRunning;
  const execution = { id: `execution of ${flow}`, startedAt, redriveCount };
  return await startRun(
    { input, execution },
    { ...fixture.dependencies(test), isRunning, publishStarted: async () => undefined },
  );
}

it('a repeated step starts the same run with a larger fence', async () => {
  const test = await fixture.begin();

  const first = await start(test, 0);
  const repeated = await start(test, 0);

  expect(repeated.run.runId).toBe(first.run.runId);
  expect(repeated.run.fence).toBeGreaterThan(first.run.fence);
});

it('a redriven execution starts another run, which counts the redrives', async () => {
  const test = await fixture.begin();
  const first = await start(test, 0);
  await releaseLease(fixture.table, leaseOf(first.run));

  const second = await start(test, 1);

  expect(second).toMatchObject({ decision: 'go', run: { redriveCount: 1, owner: first.run.owner } });
  expect(second.run.runId).not.toBe(first.run.runId);
  const runs = await latestRuns(fixture.table, test.run, 10);
  expect(runs.map(({ run }) => run)).toEqual(expect.arrayContaining([first.run.runId, second.run.runId]));
});

it.each([
  ['keeps another one from it while it runs', true, 'busy'],
  ['is taken over once it has ended, however it ended', false, 'go'],
])('an execution that has the flow, %s', async (_, isOtherRunning, expected) => {
  const test = await fixture.begin();

  const { decision } = await start(test, 0, isOtherRunning);

  expect(decision).toBe(expected);
});

it('a paused flow begins no run', async () => {
  const test = await fixture.begin();
  const { partner, flow } = test.run;
  await releaseLease(fixture.table, leaseOf(test.run));
  const pause = { flow, who: 'ann', at: startedAt.toISOString(), reason: 'they move house' };
  await recordPause(fixture.table, partner, pause);

  const answer = await start(test, 0);

  expect(answer).toMatchObject({ decision: 'paused', reason: expect.stringContaining('they move house') });
  expect(await latestRuns(fixture.table, test.run, 10)).toHaveLength(1);
});
