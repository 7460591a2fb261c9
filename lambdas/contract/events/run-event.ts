import { z } from 'zod';
import type { RunReport } from '../documents/run-report.ts';
import { flowIdSchema, partnerIdSchema, runIdSchema } from '../ids.ts';

/** The identity of a run, in the events of runs. */
const runIdentity = {
  stage: z.string(),
  partner: partnerIdSchema,
  flow: flowIdSchema,
  run: runIdSchema,
  startedAt: z.iso.datetime(),
};

const errorSchema = z.object({ error: z.string(), message: z.string() });

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

export const runStartedSchema = z.object(runIdentity).meta({ description: 'A run of a pull flow started.' });

export const runCompletedSchema = z
  .object({
    ...runIdentity,
    ...totals,
    status: z.enum(['succeeded', 'incomplete']).meta({
      description: 'incomplete: some files or directories need attention.',
    }),
    cause: errorSchema.optional().meta({ description: 'Set if some workers of the run failed.' }),
  })
  .meta({ description: 'A run reached its end.' });

export const runHaltedSchema = z.object({ ...runIdentity, ...totals, cause: errorSchema }).meta({
  description:
    "A guard halted a run because of the partner's listing. An operator approves the run, or the partner corrects its directory.",
});

/** The error of a run that Step Functions or an operator stopped; the monitor reports it. */
export const runStoppedError = 'run-stopped';

export const runFailedSchema = z.object({ ...runIdentity, ...totals, cause: errorSchema }).meta({
  description: `A run failed; cause.error is ${runStoppedError} if Step Functions or an operator stopped it.`,
});

export const runOverdueSchema = z
  .object({
    stage: z.string(),
    partner: partnerIdSchema,
    flow: flowIdSchema,
    dueAt: z.iso.datetime().meta({ description: 'The scheduled time for which no run has ended.' }),
    lastEndedAt: z.iso.datetime().optional(),
  })
  .meta({ description: 'No run of the flow has ended since a scheduled time, and none is active.' });

export const reconcileFailedSchema = z
  .object({
    stage: z.string(),
    partner: partnerIdSchema,
    flow: flowIdSchema,
    startedAt: z.iso.datetime(),
    cause: errorSchema.meta({ description: 'error: reconcile-failed or reconcile-stopped.' }),
  })
  .meta({
    description:
      'The reconcile run of a push flow failed or was stopped. Published once, until a later one succeeds.',
  });

export const fileFailedSchema = z
  .object({
    stage: z.string(),
    partner: partnerIdSchema,
    flow: flowIdSchema,
    run: runIdSchema,
    path: z.string().meta({ description: 'The path at the partner.' }),
    error: z.string(),
    message: z.string(),
    failedInRun: z
      .number()
      .int()
      .positive()
      .meta({ description: 'The number of failed files of the run, including this one.' }),
  })
  .meta({ description: 'A run could not transfer a file. Published for the first failed files of a run.' });

/**
 * The part of an event that describes a run at its end: all of its fields except `stage`, `status` and
 * `cause`.
 */
export function runEndDetail(report: RunReport) {
  const { partner, flow, run, startedAt, seconds, listed, transferred, skipped, held } = report;
  const { refused, failed, bytes } = report;
  const counts = { seconds, listed, transferred, skipped, held, refused, failed, bytes };
  return { partner, flow, run, startedAt, ...counts };
}
