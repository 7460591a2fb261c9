import { z } from 'zod';

/** How often each reason was given for a decision of the plan. */
export const decisionReasonsSchema = z.object({
  transfer: z.record(z.string(), z.number()),
  held: z.record(z.string(), z.number()),
  refused: z.record(z.string(), z.number()),
});
export const noReasons: z.infer<typeof decisionReasonsSchema> = { transfer: {}, held: {}, refused: {} };
