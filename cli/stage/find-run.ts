import type { RunId } from '../../lambdas/contract/ids.ts';
import type { PartnerFile } from '../../lambdas/contract/partner-file/partner-file.ts';
import type { FlowName, RunMode } from '../../lambdas/ledger/keys.ts';
import { type RunRecord, readRun } from '../../lambdas/ledger/runs/run-record.ts';
import type { UnreadablePartner } from '../../lambdas/partners/read-partner.ts';
import { CommandError, exitCodes } from '../exit-code.ts';
import type { Stage } from './stage.ts';

export interface FoundRun {
  readonly flowName: FlowName;
  readonly record: RunRecord;
  readonly mode: RunMode;
}

type SearchedStage = Pick<Stage, 'table' | 'readAllPartners'>;

/**
 * Finds a run by its ID among the flows that are deployed now.
 * @throws CommandError (usage) when there is none, or when it is a plan.
 */
export async function findRun(stage: SearchedStage, runId: RunId): Promise<FoundRun> {
  const { partners, unreadable } = await stage.readAllPartners();
  const found = await findByMode(stage, partners, { runId, mode: 'run' });
  if (found !== undefined) return found;
  if ((await findByMode(stage, partners, { runId, mode: 'plan' })) === undefined)
    throw new CommandError(exitCodes.usage, unknownText(runId, unreadable));
  throw new CommandError(exitCodes.usage, `${runId} is a plan, not a run. To show it: run ${runId}`);
}

/** Finds a run or a plan. @throws CommandError (usage) when there is neither. */
export async function findRunOrPlan(stage: SearchedStage, runId: RunId): Promise<FoundRun> {
  const { partners, unreadable } = await stage.readAllPartners();
  const found =
    (await findByMode(stage, partners, { runId, mode: 'run' })) ??
    (await findByMode(stage, partners, { runId, mode: 'plan' }));
  if (found !== undefined) return found;
  throw new CommandError(exitCodes.usage, unknownText(runId, unreadable));
}

async function findByMode(
  { table }: Pick<Stage, 'table'>,
  partners: readonly PartnerFile[],
  { runId, mode }: { readonly runId: RunId; readonly mode: RunMode },
): Promise<FoundRun | undefined> {
  for (const { partner, flows } of partners) {
    const pulls = flows.filter(({ direction }) => direction === 'pull');
    const read = pulls.map(async ({ name: flow }): Promise<FoundRun[]> => {
      const flowName = { partner, flow };
      const record = await readRun(table, { ...flowName, runId, mode });
      return record === undefined ? [] : [{ flowName, record, mode }];
    });
    const [found] = (await Promise.all(read)).flat();
    if (found !== undefined) return found;
  }
  return undefined;
}

function unknownText(runId: RunId, unreadable: readonly UnreadablePartner[]): string {
  const names = unreadable.map(({ partner }) => partner).join(', ');
  if (names !== '')
    return `There is no run or plan ${runId} of the partners that can be read. It may be one of ${names}, whose partner file this version cannot read. Deploy again.`;
  return (
    `There is no run or plan ${runId} in this stage. Runs are kept for 90 days, plans for one day. ` +
    "'runs' lists the runs; 'plan PARTNER FLOW' makes a new plan."
  );
}
