import { z } from 'zod';
import {
  fingerprintSchema,
  modifiedTimeSchema,
  objectKeySchema,
  optionalField,
  remoteFileSchema,
  remotePathSchema,
} from './document-fields.ts';

/** The recorded version of the file; the worker compares before it transfers the file again. */
const takenBeforeSchema = z.object({
  key: z.string(),
  etag: z.string(),
  sha256: optionalField(z.string()),
  crc32: optionalField(z.string()),
  sizeBytes: z.number(),
  modified: optionalField(modifiedTimeSchema),
  unique: optionalField(z.string()),
});

/** See core/plan/clock-shift.ts. `ifOther`: the flow's `onChange`, for a file whose bytes are others too. */
const clockShiftSchema = z.object({
  minutes: z.number(),
  isOfDirectory: z.boolean(),
  ifOther: z.enum(['new-version', 'ignore', 'fail']),
});

/** A file to transfer: a line of `manifest/*.jsonl` or of `big-files/*.jsonl`. */
export const transferActionSchema = z.object({
  kind: z.literal('transfer'),
  file: remoteFileSchema,
  key: objectKeySchema,
  reason: z.enum(['new', 'changed', 'failed-before', 'key-changed', 'replay', 'times-shifted']),
  transferredBefore: optionalField(takenBeforeSchema),
  attemptsBefore: z.number(),
  /** See `TransferredVersion`. */
  isTimeFinal: z.boolean().default(false),
  doneFile: optionalField(fingerprintSchema),
  /** See core/plan/clock-shift.ts. */
  clockShift: clockShiftSchema.optional(),
});
export type TransferAction = z.infer<typeof transferActionSchema>;

/**
 * A line of `to-dispose/*.jsonl`: a file that an earlier run transferred, and that is still to be deleted or
 * moved at the partner.
 */
export const toDisposeLineSchema = z.object({
  kind: z.literal('dispose'),
  file: remoteFileSchema,
  key: objectKeySchema,
  verifiedModified: optionalField(modifiedTimeSchema),
  /** As it was listed when it was transferred. */
  listed: optionalField(fingerprintSchema),
  isTimeFinal: z.boolean().default(false),
});
export type ToDisposeLine = z.infer<typeof toDisposeLineSchema>;

/**
 * A line of `decisions/*.jsonl`: a name that is not transferred, and why. Unchanged files are counted, not
 * listed.
 */
export const decisionLineSchema = z.object({
  path: z.string(),
  sizeBytes: optionalField(z.number()),
  outcome: z.enum(['skipped', 'held', 'refused']),
  reason: z.string(),
});
export type DecisionLine = z.infer<typeof decisionLineSchema>;

/** The number of decisions of the plan by reason. */
export const decisionReasonsSchema = z.object({
  transfer: z.record(z.string(), z.number()),
  held: z.record(z.string(), z.number()),
  refused: z.record(z.string(), z.number()),
});
export const emptyReasons: z.infer<typeof decisionReasonsSchema> = { transfer: {}, held: {}, refused: {} };

/** The totals of PlanRun: `plan-summary.json`. */
export const planSummarySchema = z.object({
  /** The flow's remote directory. */
  remote: optionalField(remotePathSchema),
  listed: z.number(),
  /** The number of files to transfer, including big files, and their total size. */
  transfers: z.number(),
  bytes: z.number(),
  bigFiles: z.number(),
  disposeFiles: z.number(),
  skipped: z.record(z.string(), z.number()),
  held: z.number(),
  refused: z.number(),
  incompleteDirectories: z.number(),
  /** As in the summary of the listing. */
  filesWithoutTime: z.number().optional(),
  filesWithoutSize: z.number().optional(),
  /** The number of transferred, held and refused files by reason. */
  reasons: decisionReasonsSchema.default(emptyReasons),
  halted: optionalField(z.object({ reason: z.string(), message: z.string() })),
});
export type PlanSummary = z.infer<typeof planSummarySchema>;
