import { z } from 'zod';
import type { Outcome } from '../sync/outcome.ts';
import { absent, modifiedTimeSchema, objectKeySchema, remotePathSchema } from './document-fields.ts';

/** What became of a file: outcome-line.ts says when, too. */
export const outcomeSchema: z.ZodType<Outcome, unknown> = z.discriminatedUnion('kind', [
  z.object({
    kind: z.literal('transferred'),
    path: remotePathSchema,
    key: objectKeySchema,
    sizeBytes: z.number(),
    sha256: absent(z.string()),
    crc32: absent(z.string()),
    verification: z.enum(['size+mtime', 'size', 'crc32', 'adopted']),
    verifiedModified: absent(modifiedTimeSchema),
    note: absent(z.string()),
  }),
  z.object({
    kind: z.literal('unchanged'),
    path: remotePathSchema,
    key: objectKeySchema,
    sizeBytes: z.number(),
    verifiedModified: absent(modifiedTimeSchema),
  }),
  z.object({
    kind: z.literal('failed'),
    path: remotePathSchema,
    key: objectKeySchema,
    sizeBytes: absent(z.number()),
    fault: z.custom<Extract<Outcome, { kind: 'failed' }>['fault']>((value) => typeof value === 'string'),
    message: z.string(),
    dialogue: z.array(z.string()).optional(),
  }),
]);

/**
 * A line of `cleared/*.jsonl`: what became of the file at the partner. `gone`: it was no longer there, as after a try whose
 * reply was lost.
 */
export const clearedLineSchema = z.object({
  path: z.string(),
  outcome: z.enum(['deleted', 'moved', 'gone', 'left', 'failed']),
  detail: z.string(),
});
export type ClearedLine = z.infer<typeof clearedLineSchema>;

/** What kept a slice from being fetched: `slice-problems/<upload>/<first part>.json`. */
export const sliceProblemSchema = z.object({
  fault: z.custom<Extract<Outcome, { kind: 'failed' }>['fault']>((value) => typeof value === 'string'),
  message: z.string(),
  /** Whether the same may go well in another round. */
  again: z.boolean(),
  /** The last lines of the session that it came about in. */
  dialogue: z.array(z.string()).readonly().optional(),
});
