import type { FlowId } from '../../../lambdas/contract/ids.ts';
import { listPauses, type Pause, removePause } from '../../../lambdas/ledger/pauses.ts';
import type { CommandDefinition } from '../../args/command-definition.ts';
import { type CommonOptions, commonOptions } from '../../args/common-options.ts';
import { reasonOption } from '../../args/invocation.ts';
import { reconcileNow } from '../../deliveries/follow-push.ts';
import { type ExitCode, exitCodes } from '../../exit-code.ts';
import { recordAudit } from '../../stage/audit.ts';
import type { Stage } from '../../stage/stage.ts';
import { withStage } from '../../stage/with-stage.ts';
import { checkExists, type PauseRequest, pauseName } from './pause.ts';

export const command: CommandDefinition = {
  usage: 'resume <partner> [flow]',
  summary: 'resume a paused partner or flow',
  description:
    'Resume a paused partner or flow. Objects that arrived in the meantime are queued for delivery; pull ' +
    'flows continue with their next run. Safe to repeat.',
  options: [reasonOption, ...commonOptions],
  action: (invocation) =>
    resume({ ...invocation.partnerOrFlow(), reason: invocation.reason() }, invocation.commonOptions()),
};

async function resume(request: PauseRequest, options: CommonOptions): Promise<ExitCode> {
  const { partner, flow, reason } = request;
  return withStage(options, `resume ${pauseName(request)}`, async (stage) => {
    await checkExists(stage, request);
    const wasPaused = await removePause(stage.table, partner, flow);
    if (wasPaused) await recordAudit(stage, { kind: 'resume', partner, flow, reason, on: undefined });
    const remaining = await listPauses(stage.table, partner);
    const pushFlows = await findResumedPushFlows(stage, request, remaining);
    // A delivery that was due during the pause has left the queue: reconcile sends it again.
    for (const name of pushFlows) await reconcileNow(stage, { partner, flow: name });
    const stillPaused = remaining.map((each) => pauseName({ partner, flow: each.flow }));
    options.output.json({
      partner,
      ...(flow === undefined ? {} : { flow }),
      wasPaused,
      reconciled: pushFlows,
      stillPaused,
    });
    options.output.text(
      wasPaused ? `Resumed ${pauseName(request)}.\n` : `${pauseName(request)} itself was not paused.\n`,
    );
    for (const name of stillPaused) options.output.text(`Still paused: ${name}\n`);
    for (const name of pushFlows) {
      options.output.text(`${partner}/${name}: undelivered objects are queued for delivery.\n`);
    }
    return exitCodes.done;
  });
}

/** The push flows that neither a pause of their own nor one of their partner suspends any more. */
async function findResumedPushFlows(
  stage: Stage,
  { partner, flow }: PauseRequest,
  remaining: readonly Pause[],
): Promise<readonly FlowId[]> {
  const { flows } = await stage.readPartner(partner);
  return flows
    .filter(({ direction, name }) => direction === 'push' && (flow === undefined || name === flow))
    .filter(({ name }) => !remaining.some((each) => each.flow === undefined || each.flow === name))
    .map(({ name }) => name);
}
