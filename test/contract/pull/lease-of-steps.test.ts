import { expect, it } from 'vitest';
import { firstCursor, type Slice } from '../../../lambdas/contract/workflow.ts';
import { takeLease } from '../../../lambdas/ledger/runs/lease.ts';
import { bigFiles } from '../../../lambdas/pull/big-files/big-files.ts';
import { disposeFiles } from '../../../lambdas/pull/dispose-files/dispose-files.ts';
import { listRemote } from '../../../lambdas/pull/list-remote/list-remote.ts';
import { planRun } from '../../../lambdas/pull/plan-run/plan-run.ts';
import { transferBatch } from '../../../lambdas/pull/transfer-batch/transfer-batch.ts';
import { transferSlice } from '../../../lambdas/pull/transfer-slice/transfer-slice.ts';
import { type PullFixture, type TestRun, usePullFixture } from './pull-fixture.ts';

const fixture = usePullFixture();

type Dependencies = ReturnType<PullFixture['dependencies']>;
const batch = { index: 0, document: 0, offset: 0, length: 0, files: 0, bytes: 0 };
const minuteMs = 60_000;

/** The dependencies some minutes after the run began, with buckets that end the step: it has begun then. */
function later(test: TestRun, minutes: number): Dependencies {
  const beganMs = Date.now();
  const send = async () => {
    throw new Error('The step has begun.');
  };
  const bucket = { name: 'unused', client: Object.assign(Object.create(fixture.runs.client), { send }) };
  const now = () => new Date(beganMs + minutes * minuteMs);
  return { ...fixture.dependencies(test), now, runs: bucket, inbox: bucket };
}

const slice: Slice = {
  path: '/in/a.csv',
  key: 'acme/a.csv',
  sizeBytes: 100,
  uploadId: 'upload',
  partBytes: 100,
  firstPart: 1,
  lastPart: 1,
  reading: 'from-offset',
};

const steps = [
  ['ListRemote', ({ run }: TestRun, to: Dependencies) => listRemote({ run, cursor: firstCursor }, to)],
  ['PlanRun', ({ run }: TestRun, to: Dependencies) => planRun({ run, cursor: firstCursor }, to)],
  [
    'TransferBatch',
    ({ run }: TestRun, to: Dependencies) => transferBatch({ run, batch, cursor: firstCursor }, to),
  ],
  ['BigFiles', ({ run }: TestRun, to: Dependencies) => bigFiles({ run, cursor: firstCursor }, to)],
  [
    'TransferSlice',
    ({ run }: TestRun, to: Dependencies) => transferSlice({ run, slice, cursor: firstCursor }, to),
  ],
  ['DisposeFiles', ({ run }: TestRun, to: Dependencies) => disposeFiles({ run, cursor: firstCursor }, to)],
] as const;

it.each(steps)('%s keeps its flow from the next run for another 20 minutes', async (_, step) => {
  const test = await fixture.begin();
  const { run } = test;

  await step(test, later(test, 15)).catch(() => undefined);

  const now = later(test, 30).now();
  const other = await takeLease(fixture.table, {
    flowName: run,
    owner: 'the next',
    now,
    deadOwner: undefined,
  });
  expect(other).toMatchObject({ kind: 'busy', owner: run.owner });
});

it.each(steps)('%s does nothing once another run has the flow', async (_, step) => {
  const test = await fixture.begin();
  await fixture.next(test);

  await expect(step(test, later(test, 15))).rejects.toMatchObject({ name: 'LeaseLostError' });
});
