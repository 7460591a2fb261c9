import type { FlowId, PartnerId } from '../../../lambdas/contract/ids.ts';
import { recordPause } from '../../../lambdas/ledger/pauses.ts';
import { findFlow } from '../../../lambdas/partners/read-partner.ts';
import type { CommandDefinition } from '../../args/command-definition.ts';
import { type CommonOptions, commonOptions } from '../../args/common-options.ts';
import { reasonOption } from '../../args/invocation.ts';
import { type ExitCode, exitCodes } from '../../exit-code.ts';
import { recordAudit } from '../../stage/audit.ts';
import type { Stage } from '../../stage/stage.ts';
import { withStage } from '../../stage/with-stage.ts';

export const command: CommandDefinition = {
  usage: 'pause <partner> [flow]',
  summary: 'suspend runs and deliveries of a partner or a flow',
  description:
    'Suspend runs and deliveries of a partner or a flow, at once and without a deployment, until resume. ' +
    'Runs and deliveries in progress finish.',
  options: [reasonOption, ...commonOptions],
  action: (invocation) =>
    pause({ ...invocation.partnerOrFlow(), reason: invocation.reason() }, invocation.commonOptions()),
};

/** What `pause` and `resume` act on. */
export interface PauseRequest {
  readonly partner: PartnerId;
  /** Undefined: all flows of the partner. */
  readonly flow: FlowId | undefined;
  readonly reason: string;
}

async function pause(request: PauseRequest, options: CommonOptions): Promise<ExitCode> {
  const { partner, flow, reason } = request;
  return withStage(options, `pause ${pauseName(request)}`, async (stage) => {
    await checkExists(stage, request);
    const { who, at } = await recordAudit(stage, { kind: 'pause', partner, flow, reason, on: undefined });
    await recordPause(stage.table, partner, { flow, at, who, reason });
    options.output.json({ partner, ...(flow === undefined ? {} : { flow }), paused: { who, at, reason } });
    options.output.text(
      `Paused ${pauseName(request)}. A run in progress finishes, no other starts; new objects wait in the outbox.\n`,
    );
    return exitCodes.done;
  });
}

/** @throws PartnerError when the stage has no such partner or flow. */
export async function checkExists(stage: Stage, { partner, flow }: PauseRequest): Promise<void> {
  const file = await stage.readPartner(partner);
  if (flow !== undefined) findFlow(file, flow);
}

/** `acme`, or `acme/invoices`. */
export function pauseName({ partner, flow }: Pick<PauseRequest, 'partner' | 'flow'>): string {
  return flow === undefined ? partner : `${partner}/${flow}`;
}
