import type { FlowId, PartnerId } from '../../lambdas/contract/ids.ts';
import { pausesOf, recordPause, removePause } from '../../lambdas/ledger/pauses.ts';
import { flowOf } from '../../lambdas/partners/read-partner.ts';
import { type ExitCode, exitCodes } from '../exit-code.ts';
import { reconcileNow } from '../follow-push.ts';
import { recordDeed } from '../operator.ts';
import type { CommonOptions } from '../options.ts';
import type { Stage } from '../stage.ts';
import { withStage } from '../with-stage.ts';

export interface PauseWanted {
  readonly partner: PartnerId;
  /** Undefined: all flows of the partner. */
  readonly flow: FlowId | undefined;
  readonly reason: string;
}

/** `pause PARTNER [FLOW]`: from now on no run begins, and nothing is delivered, until `resume`. */
export async function pause(wanted: PauseWanted, options: CommonOptions): Promise<ExitCode> {
  const { partner, flow, reason } = wanted;
  return withStage(options, `pause ${nameOf(wanted)}`, async (stage) => {
    await checkThere(stage, wanted);
    const { who, at } = await recordDeed(stage, { kind: 'pause', partner, flow, reason, on: undefined });
    await recordPause(stage.table, partner, { flow, at, who, reason });
    options.output.json({ partner, ...(flow === undefined ? {} : { flow }), paused: { who, at, reason } });
    options.output.text(
      `${nameOf(wanted)} is paused. A run that is under way ends by itself, none begins; what is put into the outbox waits there.\n`,
    );
    return exitCodes.done;
  });
}

/**
 * `resume PARTNER [FLOW]`: what was not delivered meanwhile is found and sent to the queue; pulls begin with their next run. It may be said
 * again where it was broken off.
 */
export async function resume(wanted: PauseWanted, options: CommonOptions): Promise<ExitCode> {
  const { partner, flow, reason } = wanted;
  return withStage(options, `resume ${nameOf(wanted)}`, async (stage) => {
    await checkThere(stage, wanted);
    const wasPaused = await removePause(stage.table, partner, flow);
    if (wasPaused) await recordDeed(stage, { kind: 'resume', partner, flow, reason, on: undefined });
    const left = await pausesOf(stage.table, partner);
    const pushes = await pushesToResume(stage, wanted, left);
    // Deliveries that came meanwhile have left the queue: reconcile sends them anew.
    for (const name of pushes) await reconcileNow(stage, { partner, flow: name });
    const still = left.map((each) => (each.flow === undefined ? partner : `${partner}/${each.flow}`));
    options.output.json({
      partner,
      ...(flow === undefined ? {} : { flow }),
      wasPaused,
      reconciled: pushes,
      stillPaused: still,
    });
    options.output.text(
      wasPaused ? `${nameOf(wanted)} goes on.\n` : `${nameOf(wanted)} was not paused by itself.\n`,
    );
    for (const name of still) options.output.text(`Still paused: ${name}\n`);
    for (const name of pushes)
      options.output.text(`${partner}/${name}: what was put there meanwhile is in the queue.\n`);
    return exitCodes.done;
  });
}

/** The push flows that are free again. */
async function pushesToResume(
  stage: Stage,
  { partner, flow }: PauseWanted,
  left: Awaited<ReturnType<typeof pausesOf>>,
): Promise<readonly FlowId[]> {
  const { flows } = await stage.readPartner(partner);
  return flows
    .filter(({ direction, name }) => direction === 'push' && (flow === undefined || name === flow))
    .filter(({ name }) => !left.some((each) => each.flow === undefined || each.flow === name))
    .map(({ name }) => name);
}

async function checkThere(stage: Stage, { partner, flow }: PauseWanted): Promise<void> {
  const file = await stage.readPartner(partner);
  if (flow !== undefined) flowOf(file, flow);
}

function nameOf({ partner, flow }: PauseWanted): string {
  return flow === undefined ? partner : `${partner}/${flow}`;
}
