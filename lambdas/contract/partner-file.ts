import { z } from 'zod';
import { connectionSchema } from './connection-settings.ts';
import { flowConflicts } from './flow-conflicts.ts';
import { partnerIdSchema } from './ids.ts';
import { pullFlowSchema } from './pull-flow.ts';
import { pushFlowSchema } from './push-flow.ts';

/**
 * The partner file: one organisation, how to reach it, and the flows between it and us.
 * The one schema for `validate`, synth, the CLI and the functions. Every setting is explained in docs/partners.md.
 */
export const partnerFileSchema = z
  .strictObject({
    partner: partnerIdSchema.describe('The partner in commands, keys and log lines: the name of the file.'),
    connection: connectionSchema.describe('How to reach the partner. What is secret is in the secret.'),
    flows: z
      .array(
        z.discriminatedUnion('direction', [pullFlowSchema, pushFlowSchema], {
          error: ({ code }) => (code === 'invalid_union' ? "must be 'pull' or 'push'" : undefined),
        }),
      )
      .min(1)
      .max(50)
      .describe('Which files go where.'),
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

export type PartnerFile = z.infer<typeof partnerFileSchema>;
export type Flow = PartnerFile['flows'][number];
