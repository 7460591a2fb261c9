import { createHash } from 'node:crypto';
import type { z } from 'zod';
import { makeRunId } from '../contract/ids.ts';
import type { PartnerFile } from '../contract/partner-file.ts';
import type { Run, StartRunOutput, startRunInputSchema } from '../contract/workflow.ts';
import { type LeaseAnswer, takeLease } from '../ledger/lease.ts';
import { pauseOf } from '../ledger/pauses.ts';
import { recordRunStarted } from '../ledger/run-record.ts';
import type { Table } from '../ledger/table.ts';
import { pullFlowOf } from '../partners/read-partner.ts';

export interface StartRunSystems {
  readonly table: Table;
  readonly readPartner: (partner: Run['partner']) => Promise<PartnerFile>;
  readonly isRunning: (executionArn: string) => Promise<boolean>;
  readonly now: () => Date;
  /** Not called for a plan. */
  readonly tellStarted: (run: Run) => Promise<void>;
}

/**
 * Takes the lease of the flow and names the run: an execution that was redriven has another one each time. `busy` and `paused` end the execution well: what this run would have
 * found, the next one finds. A plan takes no lease, since it changes nothing, and is made of a paused flow too.
 * @throws PartnerError
 */
export async function startRun(
  { input, execution }: z.infer<typeof startRunInputSchema>,
  systems: StartRunSystems,
): Promise<StartRunOutput> {
  pullFlowOf(await systems.readPartner(input.partner), input.flow);
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
  const pause = input.mode === 'plan' ? undefined : await pauseOf(systems.table, input);
  if (pause !== undefined) {
    const { who, at, reason } = pause;
    const what = pause.flow === undefined ? 'the partner' : 'the flow';
    return { decision: 'paused', run, reason: `${who} paused ${what} at ${at}: ${reason}` };
  }
  const lease = input.mode === 'plan' ? ({ kind: 'taken', fence: 0 } as const) : await leaseFor(run, systems);
  switch (lease.kind) {
    case 'taken': {
      const leased = { ...run, fence: lease.fence };
      await recordRunStarted(systems.table, leased);
      if (leased.mode === 'run') await systems.tellStarted(leased);
      return { decision: 'go', run: leased, reason: '' };
    }
    case 'busy':
      return {
        decision: 'busy',
        run,
        reason: `${lease.owner} runs this flow until ${lease.until.toISOString()} at most`,
      };
  }
  return lease satisfies never;
}

/** An execution that was killed or aborted cannot give its lease back; Step Functions knows that it has ended. */
async function leaseFor(run: Run, systems: StartRunSystems): Promise<LeaseAnswer> {
  const request = { flowName: run, owner: run.owner, now: systems.now(), deadOwner: undefined };
  const answer = await takeLease(systems.table, request);
  if (answer.kind !== 'busy' || (await systems.isRunning(answer.owner))) return answer;
  return takeLease(systems.table, { ...request, deadOwner: answer.owner });
}
