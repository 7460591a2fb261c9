import { z } from 'zod';
import { runIdSchema } from '../ids.ts';
import { runStatusSchema } from '../workflow.ts';
import { runReportSchema } from './run-report.ts';

/** Counts by reason. */
const countsSchema = z.record(z.string(), z.number().int().nonnegative());

/** A file, and why it was held, refused, or not disposed of. */
const reasonedFileSchema = z.object({
  path: z.string(),
  sizeBytes: z.number().nonnegative().optional(),
  reason: z.string(),
});
export type ReasonedFile = z.infer<typeof reasonedFileSchema>;

const failedFileSchema = z.object({
  path: z.string(),
  sizeBytes: z.number().nonnegative().optional(),
  error: z.string(),
  message: z.string(),
  at: z.iso.datetime().optional(),
  /** Whether the report of the previous run lists it among the failed files too. */
  failedBefore: z.boolean(),
  /** The FTP commands and replies about the file, without secrets. */
  transcript: z.array(z.string()),
});
export type FailedFile = z.infer<typeof failedFileSchema>;

const slowFileSchema = z.object({
  path: z.string(),
  sizeBytes: z.number().nonnegative(),
  /** From the first command about the file until it was recorded. */
  seconds: z.number().nonnegative(),
});
export type SlowFile = z.infer<typeof slowFileSchema>;

/** The transferred files and bytes in equal spans of time, the first of which begins with the run. */
const throughputSchema = z.object({
  secondsPerSpan: z.number().positive(),
  spans: z.array(z.object({ files: z.number().nonnegative(), bytes: z.number().nonnegative() })),
});
export type ThroughputByTime = z.infer<typeof throughputSchema>;

/** The totals of the previous run, for comparison. */
const totalsOfRunSchema = z.object({
  run: runIdSchema,
  status: runStatusSchema,
  startedAt: z.iso.datetime(),
  seconds: z.number(),
  listed: z.number(),
  transferred: z.number(),
  /** Files to transfer by reason: `new`, `changed`, `failed-before`, `key-changed`, `replay`. */
  planned: countsSchema,
  held: z.number(),
  refused: z.number(),
  failed: z.number(),
  bytes: z.number(),
});
export type TotalsOfRun = z.infer<typeof totalsOfRunSchema>;

/** The details of the report. Its lists are truncated, its counts are complete. */
export const reportDetailsSchema = z.object({
  endedAt: z.iso.datetime(),
  /** As in {@link TotalsOfRun}. */
  planned: countsSchema,
  /** By reason. */
  skipped: countsSchema,
  held: countsSchema,
  refused: countsSchema,
  /** By error. */
  failed: countsSchema,
  heldFiles: z.array(reasonedFileSchema),
  refusedFiles: z.array(reasonedFileSchema),
  failedFiles: z.array(failedFileSchema),
  notDisposedFiles: z.array(reasonedFileSchema),
  /** Directories that were not listed completely, with the reason. */
  unreadDirectories: z.array(reasonedFileSchema),
  slowestFiles: z.array(slowFileSchema),
  throughput: throughputSchema,
  /** Undefined for the first run of a flow, and if the report of the previous run no longer exists. */
  previous: totalsOfRunSchema.optional(),
});
export type ReportDetails = z.infer<typeof reportDetailsSchema>;

/** `report.json`. A plan has no details, nor does a run of an older version. */
export const fullReportSchema = runReportSchema.extend({ details: reportDetailsSchema.optional() });
export type FullReport = z.infer<typeof fullReportSchema>;
