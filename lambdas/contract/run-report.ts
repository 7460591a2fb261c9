import { z } from 'zod';
import { flowIdSchema, partnerIdSchema, runIdSchema } from './ids.ts';
import { runStatusSchema } from './workflow.ts';

/** A file as `run --json` and `plan --json` show it. */
export const reportedFileSchema = z.object({
  path: z.string(),
  key: z.string().optional(),
  sizeBytes: z.number().optional(),
  outcome: z.enum(['transferred', 'skipped', 'held', 'refused', 'failed', 'transfer', 'post-process']),
  reason: z.string().optional(),
  verification: z.string().optional(),
  sha256: z.string().optional(),
  crc32: z.string().optional(),
});
export type ReportedFile = z.infer<typeof reportedFileSchema>;

/** The totals of a run: the table's run record, and `report.json`. */
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
  bytes: z.number(),
  /** At the partner, after the run: deleted, moved, and what could not be. */
  cleared: z.number(),
  notCleared: z.number(),
  incompleteDirectories: z.number(),
  /** Why the run halted or failed, or why some of its workers gave up. Of a run that failed, `fault` decides the exit code. */
  problem: z.object({ fault: z.string(), message: z.string() }).optional(),
});
export type RunReport = z.infer<typeof runReportSchema>;
