import { type RunId, runIdSchema } from '../lambdas/contract/ids.ts';
import type { FlowName } from '../lambdas/ledger/keys.ts';
import { type RunRecord, readRun } from '../lambdas/ledger/run-record.ts';
import { CommandFault, exitCodes } from './exit-code.ts';
import type { Stage } from './stage.ts';

export interface FoundRun {
  readonly flowName: FlowName;
  readonly record: RunRecord;
}

/** @throws CommandFault where that is no run id. */
export function parseRunId(text: string): RunId {
  const read = runIdSchema.safeParse(text);
  if (read.success) return read.data;
  throw new CommandFault(
    exitCodes.usage,
    `'${text}' is no run id. One looks like 20261120T021500Z-1f3a9c04; 'run' and 'runs' show them. To start a run: run PARTNER FLOW.`,
  );
}

/** The run of that id, of whichever flow it is: of those that are deployed now. @throws CommandFault where there is none. */
export async function findRun(
  { table, readAllPartners }: Pick<Stage, 'table' | 'readAllPartners'>,
  runId: RunId,
): Promise<FoundRun> {
  for (const { partner, flows } of await readAllPartners()) {
    const pulls = flows.filter(({ direction }) => direction === 'pull');
    const looked = pulls.map(async ({ name: flow }): Promise<FoundRun[]> => {
      const flowName = { partner, flow };
      const record = await readRun(table, { ...flowName, runId });
      return record === undefined ? [] : [{ flowName, record }];
    });
    const [found] = (await Promise.all(looked)).flat();
    if (found !== undefined) return found;
  }
  const message = `There is no run ${runId} in this stage: runs are kept for 90 days, and a plan is no run.`;
  throw new CommandFault(exitCodes.usage, message);
}
