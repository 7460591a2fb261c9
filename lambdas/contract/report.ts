import { z } from 'zod';
import { runIdSchema } from './ids.ts';
import { runReportSchema } from './run-report.ts';
import { runStatusSchema } from './workflow.ts';

/** How many there are for each reason. */
const countsSchema = z.record(z.string(), z.number().int().nonnegative());

/** A file that is shown with why it was held, refused, or left at the partner. */
const namedFileSchema = z.object({
  path: z.string(),
  sizeBytes: z.number().nonnegative().optional(),
  reason: z.string(),
});
export type NamedFile = z.infer<typeof namedFileSchema>;

const failedFileSchema = z.object({
  path: z.string(),
  sizeBytes: z.number().nonnegative().optional(),
  fault: z.string(),
  message: z.string(),
  at: z.iso.datetime().optional(),
  /** Whether the report of the run before shows it among its failed files too. */
  failedBefore: z.boolean(),
  /** What was said between us and the server about it, without anything secret. */
  dialogue: z.array(z.string()),
});
export type FailedFile = z.infer<typeof failedFileSchema>;

const slowFileSchema = z.object({
  path: z.string(),
  sizeBytes: z.number().nonnegative(),
  /** From the first command about it until it was in the bucket and recorded. */
  seconds: z.number().nonnegative(),
});
export type SlowFile = z.infer<typeof slowFileSchema>;

/** What arrived in equal spans of time, the first of which begins with the run. */
const throughputSchema = z.object({
  secondsPerSpan: z.number().positive(),
  spans: z.array(z.object({ files: z.number().nonnegative(), bytes: z.number().nonnegative() })),
});
export type ThroughputByTime = z.infer<typeof throughputSchema>;

/** What a run is compared with: one before it. */
const totalsOfRunSchema = z.object({
  run: runIdSchema,
  status: runStatusSchema,
  startedAt: z.iso.datetime(),
  seconds: z.number(),
  listed: z.number(),
  transferred: z.number(),
  /** Files of the plan by why they were to be transferred: `new`, `changed`, `failed-before`, `key-changed`. */
  planned: countsSchema,
  held: z.number(),
  refused: z.number(),
  failed: z.number(),
  bytes: z.number(),
});
export type TotalsOfRun = z.infer<typeof totalsOfRunSchema>;

/** What the report shows besides the totals. Its lists are cut short, its counts are not. */
export const reportDetailsSchema = z.object({
  endedAt: z.iso.datetime(),
  /** As in {@link TotalsOfRun}. */
  planned: countsSchema,
  /** By reason. */
  skipped: countsSchema,
  held: countsSchema,
  refused: countsSchema,
  /** By fault. */
  failed: countsSchema,
  heldFiles: z.array(namedFileSchema),
  refusedFiles: z.array(namedFileSchema),
  failedFiles: z.array(failedFileSchema),
  notClearedFiles: z.array(namedFileSchema),
  /** Directories that were not read whole, each with what was wrong. */
  unreadDirectories: z.array(namedFileSchema),
  slowestFiles: z.array(slowFileSchema),
  throughput: throughputSchema,
  /** Undefined of a flow's first run, and where the run before has no report any more. */
  previous: totalsOfRunSchema.optional(),
});
export type ReportDetails = z.infer<typeof reportDetailsSchema>;

/** `report.json`. A plan has no details, nor has a run of an older version. */
export const wholeReportSchema = runReportSchema.extend({ details: reportDetailsSchema.optional() });
export type WholeReport = z.infer<typeof wholeReportSchema>;
