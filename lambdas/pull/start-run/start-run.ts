import { createHash } from 'node:crypto';
import type { z } from 'zod';
import { makeRunId } from '../../contract/ids.ts';
import type { PartnerFile } from '../../contract/partner-file/partner-file.ts';
import type { Run, StartRunOutput, startRunInputSchema } from '../../contract/workflow.ts';
import { findPause } from '../../ledger/pauses.ts';
import { type LeaseAnswer, takeLease } from '../../ledger/runs/lease.ts';
import { recordRunStarted } from '../../ledger/runs/run-record.ts';
import type { Table } from '../../ledger/table.ts';
import { findPullFlow } from '../../partners/read-partner.ts';

export interface StartRunDependencies {
  readonly table: Table;
  readonly readPartner: (partner: Run['partner']) => Promise<PartnerFile>;
  readonly isRunning: (executionArn: string) => Promise<boolean>;
  readonly now: () => Date;
  /** Not called for a plan. */
  readonly publishStarted: (run: Run) => Promise<void>;
}

/**
 * Takes the lease of the flow and names the run. Each redrive of an execution is another run. `busy` and
 * `paused` end the execution without an error, since the next run finds the same files. A plan changes
 * nothing, so it takes no lease and also works while the flow is paused.
 * @throws PartnerError
 */
export async function startRun(
  { input, execution }: z.infer<typeof startRunInputSchema>,
  dependencies: StartRunDependencies,
): Promise<StartRunOutput> {
  findPullFlow(await dependencies.readPartner(input.partner), input.flow);
  const { id, redriveCount } = execution;
  const name = redriveCount === 0 ? id : `${id}#${redriveCount}`;
  const digest = createHash('sha256').update(name).digest('hex');
  const run: Run = {
    ...input,
    runId: makeRunId(execution.startedAt, digest),
    startedAt: execution.startedAt.toISOString(),
    fence: 0,
    owner: id,
    redriveCount,
  };
  const pause = input.mode === 'plan' ? undefined : await findPause(dependencies.table, input);
  if (pause !== undefined) {
    const { who, at, reason } = pause;
    const scope = pause.flow === undefined ? 'the partner' : 'the flow';
    return { decision: 'paused', run, reason: `${who} paused ${scope} at ${at}: ${reason}` };
  }
  const lease =
    input.mode === 'plan' ? ({ kind: 'taken', fence: 0 } as const) : await takeFlowLease(run, dependencies);
  switch (lease.kind) {
    case 'taken': {
      const leased = { ...run, fence: lease.fence };
      await recordRunStarted(dependencies.table, leased);
      if (leased.mode === 'run') await dependencies.publishStarted(leased);
      return { decision: 'go', run: leased, reason: '' };
    }
    case 'busy':
      return {
        decision: 'busy',
        run,
        reason: `execution ${lease.owner} is running this flow, until ${lease.until.toISOString()} at the latest`,
      };
  }
  return lease satisfies never;
}

/** Takes over the lease of an execution that has ended without releasing it, because it was stopped. */
async function takeFlowLease(run: Run, dependencies: StartRunDependencies): Promise<LeaseAnswer> {
  const request = { flowName: run, owner: run.owner, now: dependencies.now(), deadOwner: undefined };
  const answer = await takeLease(dependencies.table, request);
  if (answer.kind !== 'busy' || (await dependencies.isRunning(answer.owner))) return answer;
  return takeLease(dependencies.table, { ...request, deadOwner: answer.owner });
}
