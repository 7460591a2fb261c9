import { z } from 'zod';
import type { FlowOutline } from './flow-conflicts.ts';

/**
 * What can be made out of a partner file that may have faults: enough to find, in the same go, what is wrong between
 * its flows and between files.
 */
export interface PartnerOutline {
  readonly partner: string | undefined;
  readonly ca: string | undefined;
  readonly flows: readonly (FlowOutline & { readonly prefix: string | undefined })[];
}

const text = z.string().optional().catch(undefined);

const flowSchema = z.object({
  name: text,
  direction: text,
  remote: text,
  /** An empty prefix would seem to overlap every other. */
  prefix: z.string().min(2).optional().catch(undefined),
  after: z.object({ move: text }).optional().catch(undefined),
});

const outlineSchema = z.object({
  partner: text,
  connection: z
    .object({ tls: z.object({ ca: text }).optional().catch(undefined) })
    .optional()
    .catch(undefined),
  flows: z.array(flowSchema.catch({})).catch([]),
});

export function partnerOutline(value: unknown): PartnerOutline {
  const { partner, connection, flows } = outlineSchema.catch({ flows: [] }).parse(value);
  return {
    partner,
    ca: connection?.tls?.ca,
    flows: flows.map(({ after, ...flow }) => ({
      name: flow.name,
      direction: flow.direction,
      remote: flow.remote,
      prefix: flow.prefix,
      moveTo: after?.move,
    })),
  };
}
