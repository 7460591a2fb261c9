import { z } from 'zod';
import { flowIdSchema, partnerIdSchema, runIdSchema } from './ids.ts';
import type { RunReport } from './run-report.ts';

/** What events of runs and of their files say. */
const ofRun = {
  stage: z.string(),
  partner: partnerIdSchema,
  flow: flowIdSchema,
  run: runIdSchema,
  startedAt: z.iso.datetime(),
};

const problem = z.object({ fault: z.string(), message: z.string() });

const totals = {
  seconds: z.number().nonnegative(),
  listed: z.number().int().nonnegative(),
  transferred: z.number().int().nonnegative(),
  skipped: z.number().int().nonnegative(),
  held: z.number().int().nonnegative(),
  refused: z.number().int().nonnegative(),
  failed: z.number().int().nonnegative(),
  bytes: z.number().nonnegative(),
};

export const runStartedSchema = z.object(ofRun);

/** `incomplete`: the run came to its end, and files are left that need a person. */
export const runCompletedSchema = z.object({
  ...ofRun,
  ...totals,
  status: z.enum(['succeeded', 'incomplete']),
  /** Where some of its workers gave up. */
  problem: problem.optional(),
});

/** A guard did not believe the partner's listing. A person looks at it, and approves the run or has the partner mend it. */
export const runHaltedSchema = z.object({ ...ofRun, ...totals, problem });

/** The fault of a run that Step Functions or a person ended, so that it has no report but what the watch knows of it. */
export const runStopped = 'run-stopped';

export const runFailedSchema = z.object({ ...ofRun, ...totals, problem });

/** No run of the flow has ended well since it was due, and none is at work. */
export const runOverdueSchema = z.object({
  stage: z.string(),
  partner: partnerIdSchema,
  flow: flowIdSchema,
  /** The time of the schedule that no run has answered. */
  dueAt: z.iso.datetime(),
  lastEndedAt: z.iso.datetime().optional(),
});

/**
 * A push flow's reconcile failed, or was stopped. `problem.fault`: `reconcile-failed` or `reconcile-stopped`. It is told once, until one
 * that began later has ended well.
 */
export const reconcileFailedSchema = z.object({
  stage: z.string(),
  partner: partnerIdSchema,
  flow: flowIdSchema,
  startedAt: z.iso.datetime(),
  problem,
});

/** A file of a run could not be taken. Of a run with many, the first are told. */
export const fileFailedSchema = z.object({
  stage: z.string(),
  partner: partnerIdSchema,
  flow: flowIdSchema,
  run: runIdSchema,
  /** At the partner. */
  path: z.string(),
  fault: z.string(),
  message: z.string(),
  /** How many files of the run have failed, this one included. */
  failedInRun: z.number().int().positive(),
});

/** What an event says of a run that has ended, but its stage and why it ended so. */
export function endOfRun(report: RunReport) {
  const { partner, flow, run, startedAt, seconds, listed, transferred, skipped, held } = report;
  const { refused, failed, bytes } = report;
  const counts = { seconds, listed, transferred, skipped, held, refused, failed, bytes };
  return { partner, flow, run, startedAt, ...counts };
}
