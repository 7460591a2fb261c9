import { z } from 'zod';
import { reportedFileSchema } from '../../../lambdas/contract/documents/run-report.ts';

const flowSchema = { partner: z.string(), flow: z.string(), listed: z.number() };
const files = z.array(reportedFileSchema);

/** The exact document that `run --json` and `plan --json` print for a push flow. */
export const pushDocumentSchema = z.discriminatedUnion('mode', [
  z.strictObject({
    ...flowSchema,
    mode: z.literal('run'),
    status: z.enum(['succeeded', 'incomplete']),
    startedAt: z.iso.datetime(),
    transferred: z.number(),
    skipped: z.number(),
    held: z.number(),
    refused: z.number(),
    failed: z.number(),
    bytes: z.number(),
    seconds: z.number(),
    files,
  }),
  z.strictObject({ ...flowSchema, mode: z.literal('plan'), transfers: z.number(), files }),
]);
export type PushDocument = z.infer<typeof pushDocumentSchema>;
