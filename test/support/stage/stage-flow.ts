import type { Output } from '../../../cli/output.ts';
import type { Stage } from '../../../cli/stage.ts';
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

/** What a command says of one file: its outcome, and the first word of why where there is a reason. */
export function shortOutcome(file: {
  readonly outcome: string;
  readonly reason?: string | undefined;
}): string {
  return [file.outcome, ...(file.reason === undefined ? [] : [file.reason.split(':')[0]])].join(' ');
}

/** Where a command says nothing to anybody. */
export const silentOutput: Output = {
  mode: 'text',
  text: () => undefined,
  json: () => undefined,
  note: () => undefined,
  progress: () => undefined,
};
