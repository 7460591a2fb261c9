import { z } from 'zod';
import { outcomeSchema } from './outcome-documents.ts';

/** A line of `outcomes/*.jsonl`: what became of a file, and when. */
export const outcomeLineSchema = z.intersection(
  outcomeSchema,
  z.object({
    at: z.iso.datetime().optional(),
    /** From the first command about it on; undefined of a file that never had a session. */
    seconds: z.number().nonnegative().optional(),
  }),
);
export type OutcomeLine = z.output<typeof outcomeLineSchema>;
