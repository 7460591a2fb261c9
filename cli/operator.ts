import { userInfo } from 'node:os';
import { type Act, recordAct } from '../lambdas/ledger/acts.ts';
import type { Stage } from './stage.ts';

/** Who works at this terminal, for the ledger's record of what was done. */
export function operatorName(): string {
  return process.env.USER ?? userInfo().username;
}

/** What was done, without who and when. */
export type Deed = Pick<Act, 'kind' | 'partner' | 'flow' | 'reason' | 'on'>;

/** Records an act of whoever works at this terminal. */
export async function recordDeed(stage: Pick<Stage, 'table'>, deed: Deed): Promise<Act> {
  const act = { ...deed, who: operatorName(), at: new Date().toISOString() };
  await recordAct(stage.table, act);
  return act;
}
