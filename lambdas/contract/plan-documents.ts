import { z } from 'zod';
import { decisionReasonsSchema, noReasons } from './decision-reasons.ts';
import { absent, modifiedTimeSchema, objectKeySchema, remoteFileSchema } from './document-fields.ts';

/** What the bucket held of the file when it was last recorded; the worker compares before it fetches again. */
const takenBeforeSchema = z.object({
  key: z.string(),
  etag: z.string(),
  sha256: absent(z.string()),
  crc32: absent(z.string()),
  sizeBytes: z.number(),
  modified: absent(modifiedTimeSchema),
  unique: absent(z.string()),
});

/** A file that is to be transferred: a line of `manifest/*.jsonl` and of `big-files/*.jsonl`. */
export const transferActionSchema = z.object({
  kind: z.literal('transfer'),
  file: remoteFileSchema,
  key: objectKeySchema,
  reason: z.enum(['new', 'changed', 'failed-before', 'key-changed', 'replay']),
  takenBefore: absent(takenBeforeSchema),
  attemptsBefore: z.number(),
});
export type TransferAction = z.infer<typeof transferActionSchema>;

/** A line of `to-clear/*.jsonl`: a file that an earlier run took, and that is still to be deleted or moved at the partner. */
export const toClearLineSchema = z.object({
  kind: z.literal('post-process'),
  file: remoteFileSchema,
  key: objectKeySchema,
  verifiedModified: absent(modifiedTimeSchema),
});
export type ToClearLine = z.infer<typeof toClearLineSchema>;

/** A line of `decisions/*.jsonl`: a name that is not moved, and why. Unchanged files are counted, not listed. */
export const decisionLineSchema = z.object({
  path: z.string(),
  sizeBytes: absent(z.number()),
  outcome: z.enum(['skipped', 'held', 'refused']),
  reason: z.string(),
});
export type DecisionLine = z.infer<typeof decisionLineSchema>;

/** PlanRun's totals: `plan-summary.json`. */
export const planSummarySchema = z.object({
  listed: z.number(),
  /** All files that are to be transferred, and their bytes; big ones among them. */
  transfers: z.number(),
  bytes: z.number(),
  bigFiles: z.number(),
  postProcess: z.number(),
  skipped: z.record(z.string(), z.number()),
  held: z.number(),
  refused: z.number(),
  incompleteDirectories: z.number(),
  /** How many are transferred, held and refused for each reason. */
  reasons: decisionReasonsSchema.default(noReasons),
  halted: absent(z.object({ reason: z.string(), message: z.string() })),
});
export type PlanSummary = z.infer<typeof planSummarySchema>;
