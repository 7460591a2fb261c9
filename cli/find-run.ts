import { type RunId, runIdSchema } from '../lambdas/contract/ids.ts';
import type { FlowName, RunMode } from '../lambdas/ledger/keys.ts';
import { type RunRecord, readRun } from '../lambdas/ledger/run-record.ts';
import { CommandFault, exitCodes } from './exit-code.ts';
import type { Stage } from './stage.ts';

export interface FoundRun {
  readonly flowName: FlowName;
  readonly record: RunRecord;
  readonly mode: RunMode;
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
export async function findRun(stage: SearchedStage, runId: RunId): Promise<FoundRun> {
  const found = await findAmong(stage, runId, 'run');
  if (found !== undefined) return found;
  if ((await findAmong(stage, runId, 'plan')) === undefined)
    throw new CommandFault(exitCodes.usage, noSuch(runId));
  throw new CommandFault(exitCodes.usage, `${runId} is a plan, and no run: 'run ${runId}' shows it.`);
}

/** The run or the plan of that id. @throws CommandFault where there is neither. */
export async function findRunOrPlan(stage: SearchedStage, runId: RunId): Promise<FoundRun> {
  const found = (await findAmong(stage, runId, 'run')) ?? (await findAmong(stage, runId, 'plan'));
  if (found !== undefined) return found;
  throw new CommandFault(exitCodes.usage, noSuch(runId));
}

type SearchedStage = Pick<Stage, 'table' | 'readAllPartners'>;

async function findAmong(
  { table, readAllPartners }: SearchedStage,
  runId: RunId,
  mode: RunMode,
): Promise<FoundRun | undefined> {
  for (const { partner, flows } of await readAllPartners()) {
    const pulls = flows.filter(({ direction }) => direction === 'pull');
    const looked = pulls.map(async ({ name: flow }): Promise<FoundRun[]> => {
      const flowName = { partner, flow };
      const record = await readRun(table, { ...flowName, runId, mode });
      return record === undefined ? [] : [{ flowName, record, mode }];
    });
    const [found] = (await Promise.all(looked)).flat();
    if (found !== undefined) return found;
  }
  return undefined;
}

function noSuch(runId: RunId): string {
  return (
    `There is no run and no plan ${runId} in this stage: runs are kept for 90 days, plans for one. ` +
    "'runs' shows the runs; 'plan PARTNER FLOW' makes a plan anew."
  );
}
