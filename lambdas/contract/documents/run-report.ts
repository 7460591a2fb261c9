import { z } from 'zod';
import { flowIdSchema, partnerIdSchema, runIdSchema } from '../ids.ts';
import { runStatusSchema } from '../workflow.ts';

/** A file as `run --json` and `plan --json` show it. */
export const reportedFileSchema = z.object({
  path: z.string(),
  key: z.string().optional(),
  sizeBytes: z.number().optional(),
  outcome: z.enum(['transferred', 'skipped', 'held', 'refused', 'failed', 'transfer', 'dispose']),
  reason: z.string().optional(),
  verification: z.string().optional(),
  sha256: z.string().optional(),
  crc32: z.string().optional(),
});
export type ReportedFile = z.infer<typeof reportedFileSchema>;

/** The totals of a run, in the ledger's run record and in `report.json`. */
export const runReportSchema = z.object({
  partner: partnerIdSchema,
  flow: flowIdSchema,
  run: runIdSchema,
  mode: z.enum(['run', 'plan']),
  status: runStatusSchema,
  startedAt: z.iso.datetime(),
  seconds: z.number(),
  listed: z.number(),
  transferred: z.number(),
  skipped: z.number(),
  held: z.number(),
  refused: z.number(),
  failed: z.number(),
  /** Files that a halted or failed run planned to transfer, and did not come to. */
  notReached: z.number().default(0),
  bytes: z.number(),
  /** The number of files that were deleted or moved at the partner, and of those that could not be. */
  disposed: z.number(),
  notDisposed: z.number(),
  incompleteDirectories: z.number(),
  /** Files to which neither the listing nor MDTM gives a time: a change at the same size is not seen. */
  filesWithoutTime: z.number().optional(),
  /** Files to which neither the listing nor SIZE gives a size. */
  filesWithoutSize: z.number().optional(),
  /**
   * Why the run halted or failed, or why some of its workers failed. The `error` of a failed run decides the
   * exit code.
   */
  cause: z.object({ error: z.string(), message: z.string() }).optional(),
});
export type RunReport = z.infer<typeof runReportSchema>;
