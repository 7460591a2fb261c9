import type { FlowId, PartnerId } from '../../lambdas/contract/ids.ts';
import { leaseHolder } from '../../lambdas/ledger/lease.ts';
import { forgetEntry } from '../../lambdas/ledger/replay-marks.ts';
import { flowOf } from '../../lambdas/partners/read-partner.ts';
import { isExecutionRunning } from '../../lambdas/runtime/executions.ts';
import { confirm } from '../confirm.ts';
import { entryPath } from '../entry-path.ts';
import { CommandFault, type ExitCode, exitCodes } from '../exit-code.ts';
import { recordDeed } from '../operator.ts';
import type { CommonOptions } from '../options.ts';
import type { Stage } from '../stage.ts';
import { withStage } from '../with-stage.ts';

export interface ForgetWanted {
  readonly partner: PartnerId;
  readonly flow: FlowId;
  readonly path: string;
  readonly reason: string;
  readonly isConfirmed: boolean;
}

/** `forget PARTNER FLOW PATH`: takes what is known of one file out of the ledger, as if it had never been seen. */
export async function forget(wanted: ForgetWanted, options: CommonOptions): Promise<ExitCode> {
  const { partner, flow: flowId, path, reason, isConfirmed: isSaid } = wanted;
  return withStage(options, `forget ${partner} ${flowId}`, async (stage) => {
    const flow = flowOf(await stage.readPartner(partner), flowId);
    const relativePath = entryPath(flow, path);
    const flowName = { partner, flow: flowId };
    const name = relativePath.slice(relativePath.lastIndexOf('/') + 1);
    await confirm(meaning[flow.direction](`${partner}/${flowId}: ${relativePath}`), { word: name, isSaid });
    await refuseWhileRunning(stage, flowName);
    const wasKnown = await forgetEntry(stage.table, { flowName, relativePath });
    if (!wasKnown) {
      throw new CommandFault(
        exitCodes.usage,
        `The ledger of ${partner}/${flowId} does not know ${relativePath}.`,
      );
    }
    await recordDeed(stage, { kind: 'forget', partner, flow: flowId, reason, on: relativePath });
    options.output.json({ partner, flow: flowId, path: relativePath, forgotten: true });
    options.output.text(`${relativePath} is forgotten.\n`);
    return exitCodes.done;
  });
}

const meaning = {
  pull: (what: string) =>
    `${what}: the ledger forgets it, and what failed about it. Nothing changes in the bucket or at the partner. ` +
    'If the partner still has it, the next run treats it as new: an object that we have put there for this version is taken over without fetching it again.',
  push: (what: string) =>
    `${what}: the ledger forgets it, and what failed about it. Nothing changes in the bucket or at the partner. ` +
    'If the object is still in the outbox, the next reconcile delivers it again, by the rules of overwrite.',
};

/** A run that has planned already would record the file anew. @throws CommandFault */
async function refuseWhileRunning(
  stage: Stage,
  flowName: { readonly partner: PartnerId; readonly flow: FlowId },
): Promise<void> {
  const holder = await leaseHolder(stage.table, flowName, new Date());
  if (holder === undefined || !(await isExecutionRunning(stage.executions, holder))) return;
  throw new CommandFault(
    exitCodes.busy,
    `A run of this flow is under way (${holder}). Try again when it has ended.`,
  );
}
