import { z } from 'zod';
import { runReportSchema } from '../../lambdas/contract/documents/run-report.ts';
import { flowIdSchema, partnerIdSchema } from '../../lambdas/contract/ids.ts';
import { differenceKinds } from '../../lambdas/core/verify/difference.ts';
import { auditEntrySchema } from '../../lambdas/ledger/audit-log.ts';
import { fileStates } from '../../lambdas/ledger/entries/known-files.ts';
import { nextTryKinds } from '../stage/next-tries.ts';

const count = z.number().int().nonnegative();
const bytes = z.number().nonnegative();
const time = z.iso.datetime();
const names = { partner: partnerIdSchema, flow: flowIdSchema };
/** A partner, or one of its flows. */
const target = { partner: partnerIdSchema, flow: flowIdSchema.optional() };
const pause = z.object({ flow: flowIdSchema.optional(), at: time, who: z.string(), reason: z.string() });

/** `status`. */
export const statusDocument = z.object({
  flows: z.array(
    z.object({
      ...names,
      direction: z.enum(['pull', 'push']),
      attention: count.meta({ description: 'The number of open issues: `attention` lists them.' }),
      lastRun: runReportSchema.optional(),
      runningSince: time.optional(),
      lastGoodAt: time.optional(),
      nextRunAt: time.optional(),
      timeZone: z.string().optional().meta({ description: 'Of the schedule.' }),
      paused: pause.optional(),
    }),
  ),
  circuits: z
    .array(
      z.object({
        partner: partnerIdSchema,
        refusals: count,
        since: time,
        until: time,
        message: z.string(),
      }),
    )
    .meta({ description: 'Partners to which no flow connects, because logins were refused.' }),
  auditEntries: z.array(auditEntrySchema),
});

/** `attention`. */
export const attentionDocument = z.object({
  total: count.meta({ description: 'The number of open issues, also beyond --limit.' }),
  items: z.array(
    z.object({
      ...names,
      path: z.string(),
      at: time.meta({ description: 'The first failure since the last success.' }),
      lastTryAt: time.optional().meta({ description: 'The last failure. Missing for an alert.' }),
      tries: count.optional().meta({
        description: 'Of this version: by runs for a file of a pull, by deliveries for an object of a push.',
      }),
      nextTry: z.enum(nextTryKinds).meta({
        description:
          '`schedule`: the next run, at `nextTryAt`. `queue`: the delivery, at `nextTryAt`, or after those ' +
          'before it. `run`: a run, which no schedule starts. `resume`: the flow is paused. `none`: an alert.',
      }),
      nextTryAt: time.optional(),
      isGivenUp: z.boolean().meta({ description: 'Only a run of the flow delivers the object again.' }),
      error: z.string(),
      message: z.string(),
      transcript: z.array(z.string()).optional(),
    }),
  ),
  alarms: z
    .array(z.object({ since: time, name: z.string(), description: z.string() }))
    .optional()
    .meta({ description: 'Missing with a partner, and where the alarms cannot be read.' }),
});

/** `files`. */
export const filesDocument = z.object({
  files: z.array(
    z.object({
      ...names,
      path: z.string(),
      state: z.enum(fileStates),
      at: time.optional(),
      sizeBytes: bytes.optional(),
      detail: z.string(),
    }),
  ),
  next: z.string().optional().meta({ description: 'The --token of the next page; missing after the last.' }),
});

/** `verify`. */
export const verifyDocument = z.object({
  ...names,
  direction: z.enum(['pull', 'push']),
  deep: z.boolean().meta({ description: 'Whether the bytes were read.' }),
  entries: count.meta({ description: 'Versions in the ledger.' }),
  objects: count.meta({ description: 'Objects under the prefix of the flow.' }),
  unknown: count.meta({ description: 'Comparisons that could not be made. They do not count as equal.' }),
  total: count.meta({ description: 'The number of differences, also beyond --limit.' }),
  counts: z.array(z.object({ kind: z.enum(differenceKinds), files: count })),
  differences: z.array(
    z.object({ kind: z.enum(differenceKinds), path: z.string(), found: z.string(), remedy: z.string() }),
  ),
});

/** `ls`. */
export const lsDocument = z.object({
  bucket: z.string(),
  prefix: z.string(),
  files: count,
  bytes,
  objects: z.array(
    z.object({ key: z.string(), path: z.string(), sizeBytes: bytes, etag: z.string(), modified: time }),
  ),
});

/** `get`. */
export const getDocument = z.object({
  to: z.string(),
  files: z.array(z.object({ path: z.string(), file: z.string(), sizeBytes: bytes, sha256: z.string() })),
});

/** `put`. */
export const putDocument = z.object({
  bucket: z.string(),
  key: z.string(),
  versionId: z.string(),
  sizeBytes: bytes,
  sha256: z.string(),
  target: z.string().meta({ description: 'The path at the partner.' }),
});

/** `pause`. */
export const pauseDocument = z.object({ ...target, paused: pause.omit({ flow: true }) });

/** `resume`. */
export const resumeDocument = z.object({
  ...target,
  wasPaused: z.boolean(),
  reconciled: z.array(flowIdSchema).meta({ description: 'Push flows whose objects were queued again.' }),
  stillPaused: z.array(z.string()),
});

/** `forget`. */
export const forgetDocument = z.object({ ...names, path: z.string(), forgotten: z.literal(true) });

/** `redrive`. */
export const redriveDocument = z.object({
  moved: z.array(z.object({ queue: z.string(), messages: count })),
});
