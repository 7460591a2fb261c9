import type { Stage } from '../../../cli/stage/stage.ts';
import type { Output } from '../../../cli/text/output.ts';
import { type FlowId, flowIdSchema, type PartnerId, partnerIdSchema } from '../../../lambdas/contract/ids.ts';

/** A flow of a test stage, by its names. */
export class StageFlow {
  protected readonly stage: Stage;
  readonly partner: PartnerId;
  readonly flow: FlowId;

  constructor(stage: Stage, partner: string, flow: string) {
    this.stage = stage;
    this.partner = partnerIdSchema.parse(partner);
    this.flow = flowIdSchema.parse(flow);
  }

  get prefix(): string {
    return `${this.partner}/${this.flow}/`;
  }
}

/** The outcome of a file, followed by the code of its reason if there is one. */
export function shortOutcome(file: {
  readonly outcome: string;
  readonly reason?: string | undefined;
}): string {
  return [file.outcome, ...(file.reason === undefined ? [] : [file.reason.split(':')[0]])].join(' ');
}

/** Discards the output of a command. */
export const silentOutput: Output = {
  mode: 'text',
  text: () => undefined,
  json: () => undefined,
  note: () => undefined,
  progress: () => undefined,
  isRead: () => true,
};
