import { z } from 'zod';
import { didYouMean } from '../did-you-mean.ts';
import { partnerIdSchema } from '../ids.ts';
import { connectionSchema } from './connection.ts';
import { flowConflicts } from './flow-conflicts.ts';
import { pullFlowSchema } from './pull-flow.ts';
import { pushFlowSchema } from './push-flow.ts';

/**
 * The partner file: one organisation, how to connect to it, and the flows between it and us. `validate`,
 * synth, the CLI and the functions all use this schema. docs/partners.md describes every setting.
 */
export const partnerFileSchema = z
  .strictObject({
    partner: partnerIdSchema.meta({
      description: 'The id of the partner in commands, keys and log lines; also the name of this file.',
      examples: ['acme'],
    }),
    connection: connectionSchema.meta({
      description: 'How to connect to the partner. Credentials are in the secret, not here.',
    }),
    flows: z
      .array(
        z.discriminatedUnion('direction', [pullFlowSchema, pushFlowSchema], {
          error: ({ code, input }) => (code === 'invalid_union' ? directionMessage(input) : undefined),
        }),
      )
      .min(1)
      .max(50)
      .meta({ description: 'Which files go where; 1 to 50 flows.' }),
  })
  .superRefine(({ flows }, context) => {
    const outlines = flows.map((flow) => {
      const { name, direction, remote } = flow;
      const moveTo =
        flow.direction === 'pull' && typeof flow.after === 'object' ? flow.after.move : undefined;
      return { name, direction, remote, moveTo };
    });
    for (const { path, message } of flowConflicts(outlines)) {
      context.addIssue({ code: 'custom', path: ['flows', ...path], message });
    }
  });

function directionMessage(flow: unknown): string {
  const direction = typeof flow === 'object' && flow !== null && 'direction' in flow ? flow.direction : '';
  if (direction === undefined || direction === '') return 'is missing: pull or push';
  return `must be pull or push${didYouMean(String(direction), ['pull', 'push'])}`;
}

export type PartnerFile = z.infer<typeof partnerFileSchema>;
export type Flow = PartnerFile['flows'][number];

/**
 * When the flow starts by itself; undefined if never. A push uses its schedule only if its `trigger` has it.
 */
export function flowSchedule(flow: Flow): Flow['schedule'] {
  return flow.direction === 'pull' || flow.trigger.includes('schedule') ? flow.schedule : undefined;
}
