import { expect, it } from 'vitest';
import { flowIdSchema, makeRunId, partnerIdSchema } from '../../../../lambdas/contract/ids.ts';
import type { Run } from '../../../../lambdas/contract/workflow.ts';
import { endExecution } from '../../../../lambdas/pull/end-execution/end-execution.ts';
import { StepError } from '../../../../lambdas/runtime/step-error.ts';

const startedAt = new Date('2026-11-20T02:15:00Z');
const run: Run = {
  partner: partnerIdSchema.parse('acme'),
  flow: flowIdSchema.parse('invoices'),
  runId: makeRunId(startedAt, '0123abcd'),
  mode: 'run',
  acceptListing: false,
  startedAt: startedAt.toISOString(),
  fence: 1,
  owner: 'execution',
  redriveCount: 1,
};

it.each([
  ['failed', 'RunFailed', 'failed'],
  ['halted', 'RunHalted', 'was halted by a guard'],
] as const)('a run that %s ends its execution as %s', async (status, name, what) => {
  const ending = endExecution({ run, status, redriveCount: 1 });

  await expect(ending).rejects.toMatchObject({ name, status });
  await expect(ending).rejects.toThrow(`Run 20261120T021500Z-0000123a of acme/invoices ${what}.`);
});

it('an execution that was redriven continues with another run', async () => {
  const answer = await endExecution({ run, status: 'failed', redriveCount: 2 });

  expect(answer).toEqual({});
});

it('the workflow sees the name of an error that has one', () => {
  const error = new StepError(
    { retryable: false, error: 'halted', message: 'Halted.', name: 'RunHalted' },
    undefined,
  );

  expect(error.name).toBe('RunHalted');
});
