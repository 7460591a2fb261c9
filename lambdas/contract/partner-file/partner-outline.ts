import { z } from 'zod';
import type { FlowOutline } from './flow-conflicts.ts';

/**
 * What can be recognised in a partner file that may have errors: enough to find conflicts between its flows
 * and with other files in the same pass.
 */
export interface PartnerOutline {
  readonly partner: string | undefined;
  readonly ca: string | undefined;
  readonly flows: readonly (FlowOutline & {
    readonly prefix: string | undefined;
    readonly holidayFiles: readonly string[];
  })[];
}

const text = z.string().optional().catch(undefined);

const flowSchema = z.object({
  name: text,
  direction: text,
  remote: text,
  /** An empty prefix would appear to overlap every other one. */
  prefix: z.string().min(2).optional().catch(undefined),
  after: z.object({ move: text }).optional().catch(undefined),
  expect: z
    .array(z.object({ holidays: text }).catch({}))
    .catch([])
    .default([]),
});

const outlineSchema = z.object({
  partner: text,
  connection: z
    .object({ tls: z.object({ ca: text }).optional().catch(undefined) })
    .optional()
    .catch(undefined),
  flows: z.array(flowSchema.catch({ expect: [] })).catch([]),
});

/** Never throws; what has another type than it should is undefined. */
export function partnerOutline(value: unknown): PartnerOutline {
  const { partner, connection, flows } = outlineSchema.catch({ flows: [] }).parse(value);
  return {
    partner,
    ca: connection?.tls?.ca,
    flows: flows.map(({ name, direction, remote, prefix, after, expect }) => ({
      name,
      direction,
      remote,
      prefix,
      moveTo: after?.move,
      holidayFiles: expect.flatMap(({ holidays }) => holidays ?? []),
    })),
  };
}
