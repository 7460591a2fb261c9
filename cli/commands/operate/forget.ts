import type { FlowId, PartnerId } from '../../../lambdas/contract/ids.ts';
import { forgetEntry } from '../../../lambdas/ledger/entries/replay-marks.ts';
import { leaseHolder } from '../../../lambdas/ledger/runs/lease.ts';
import { findFlow } from '../../../lambdas/partners/read-partner.ts';
import { isExecutionRunning } from '../../../lambdas/runtime/executions.ts';
import type { CommandDefinition } from '../../args/command-definition.ts';
import { type CommonOptions, commonOptions } from '../../args/common-options.ts';
import { entryPath } from '../../args/entry-path.ts';
import { reasonOption } from '../../args/invocation.ts';
import { CommandError, type ExitCode, exitCodes } from '../../exit-code.ts';
import { recordAudit } from '../../stage/audit.ts';
import type { Stage } from '../../stage/stage.ts';
import { withStage } from '../../stage/with-stage.ts';
import { confirm } from '../../text/confirm.ts';

export const command: CommandDefinition = {
  usage: 'forget <partner> <flow> <path>',
  summary: 'remove a file from the ledger',
  description:
    'Remove a file from the ledger, as if it had never been seen. Changes nothing in the bucket or at the ' +
    'partner. To transfer a file again, use replay.',
  options: [reasonOption, { flags: '--yes', description: 'do not ask for confirmation' }, ...commonOptions],
  action: (invocation) =>
    forget(
      {
        ...invocation.flowName(),
        path: invocation.args[2] ?? '',
        reason: invocation.reason(),
        isConfirmed: invocation.flag('yes'),
      },
      invocation.commonOptions(),
    ),
};

interface ForgetRequest {
  readonly partner: PartnerId;
  readonly flow: FlowId;
  readonly path: string;
  readonly reason: string;
  readonly isConfirmed: boolean;
}

async function forget(request: ForgetRequest, options: CommonOptions): Promise<ExitCode> {
  const { partner, flow: flowId, path, reason, isConfirmed } = request;
  return withStage(options, `forget ${partner} ${flowId}`, async (stage) => {
    const flow = findFlow(await stage.readPartner(partner), flowId);
    const relativePath = entryPath(flow, path);
    const flowName = { partner, flow: flowId };
    const word = relativePath.slice(relativePath.lastIndexOf('/') + 1);
    await confirm(`${partner}/${flowId}: ${relativePath}\n${effects[flow.direction]}`, { word, isConfirmed });
    await refuseWhileRunning(stage, flowName);
    const wasKnown = await forgetEntry(stage.table, { flowName, relativePath });
    if (!wasKnown) {
      throw new CommandError(
        exitCodes.usage,
        `The ledger has no entry ${relativePath} in ${partner}/${flowId}. To list entries: files ${partner} ${flowId}`,
      );
    }
    await recordAudit(stage, { kind: 'forget', partner, flow: flowId, reason, on: relativePath });
    options.output.json({ partner, flow: flowId, path: relativePath, forgotten: true });
    options.output.text(`Removed ${relativePath} from the ledger.\n`);
    return exitCodes.done;
  });
}

const unchanged =
  'Removes the file and its errors from the ledger. Nothing changes in the bucket or at the partner.';

const effects = {
  pull:
    `${unchanged}\nIf the partner still has the file, the next run treats it as new. If the bucket has the object ` +
    'of this version, the run takes it over without a transfer.',
  push:
    `${unchanged}\nIf the object is still in the outbox, the next reconcile delivers it again, subject to the ` +
    "flow's overwrite setting.",
};

/** A run that has planned the file already would record it again. @throws CommandError (busy) */
async function refuseWhileRunning(
  stage: Stage,
  flowName: { readonly partner: PartnerId; readonly flow: FlowId },
): Promise<void> {
  const holder = await leaseHolder(stage.table, flowName, new Date());
  if (holder === undefined || !(await isExecutionRunning(stage.executions, holder))) return;
  throw new CommandError(
    exitCodes.busy,
    `A run of this flow is in progress (${holder}); nothing changed. Try again when it has ended.`,
  );
}
