import { z } from 'zod';
import { fullReportSchema } from '../../lambdas/contract/documents/full-report.ts';
import { listingErrorLineSchema } from '../../lambdas/contract/documents/listing-documents.ts';
import { planSummarySchema } from '../../lambdas/contract/documents/plan-documents.ts';
import { reportedFileSchema, runReportSchema } from '../../lambdas/contract/documents/run-report.ts';
import { flowIdSchema, partnerIdSchema, runIdSchema } from '../../lambdas/contract/ids.ts';
import { auditEntrySchema } from '../../lambdas/ledger/audit-log.ts';
import { goneFilesSchema } from '../runs/gone-files.ts';

const count = z.number().int().nonnegative();
const names = { partner: partnerIdSchema, flow: flowIdSchema };
const files = z.array(reportedFileSchema).meta({ description: 'The page that --limit and --offset select.' });

const gone = goneFilesSchema.optional().meta({ description: 'Of a halted run: files that it did not find.' });

const pullRun = runReportSchema.extend({ mode: z.literal('run'), files, gone });

const pullPlan = runReportSchema.extend({
  mode: z.literal('plan'),
  transfers: count.meta({ description: 'The number of files that a run would transfer.' }),
  files,
  gone,
});

const pushRun = z.object({
  ...names,
  mode: z.literal('run'),
  status: z.enum(['succeeded', 'incomplete']),
  startedAt: z.iso.datetime(),
  seconds: z.number().nonnegative(),
  listed: count,
  transferred: count,
  skipped: count,
  held: count,
  refused: count,
  failed: count,
  bytes: z.number().nonnegative(),
  files,
});

const pushPlan = z.object({ ...names, mode: z.literal('plan'), listed: count, transfers: count, files });

const runningRun = z.object({
  ...names,
  run: runIdSchema,
  status: z.literal('running').meta({ description: 'It is still running, or was interrupted.' }),
  startedAt: z.iso.datetime(),
  progress: z
    .object({
      step: z.string(),
      files: count,
      filesTotal: count.optional(),
      bytes: z.number().nonnegative(),
      bytesTotal: z.number().nonnegative().optional(),
    })
    .optional(),
});

const shownRun = runReportSchema.extend({
  transfers: count.optional().meta({ description: 'Of a plan: the files that a run would transfer.' }),
  gone,
  plan: planSummarySchema.optional().meta({ description: 'Missing where the run ended before its plan.' }),
  files,
  failures: z.array(
    z.object({
      kind: z.literal('failed'),
      path: z.string(),
      key: z.string(),
      sizeBytes: z.number().nonnegative().optional(),
      error: z.string(),
      message: z.string(),
      transcript: z.array(z.string()).optional().meta({ description: 'The FTP session, without secrets.' }),
      at: z.iso.datetime().optional(),
      seconds: z.number().nonnegative().optional(),
    }),
  ),
  listingErrors: z.array(listingErrorLineSchema),
  auditEntries: z.array(auditEntrySchema),
});

/** `plan`. */
export const planDocument = z.union([pullPlan, pushPlan]);

/** `run PARTNER FLOW`, and `run ID` for a run or a plan. */
export const runDocument = z.union([shownRun, pullRun, pushRun, runningRun]);

/** `approve`. */
export const approveDocument = pullRun.extend({
  approved: z.object({ run: runIdSchema, files: count, directories: count }),
});

/** `replay`: of a pull, of many objects, or of one object. */
export const replayDocument = z.union([
  pullRun.extend({
    replayed: z.boolean().meta({ description: 'False: the file was not transferred, and stays marked.' }),
  }),
  pushRun,
  z.object({
    ...names,
    key: z.string(),
    versionId: z.string(),
    outcome: z.enum(['transferred', 'failed', 'held']),
    reason: z.string().optional(),
    path: z.string().optional(),
    sizeBytes: z.number().nonnegative().optional(),
  }),
]);

/** `adopt`. */
export const adoptDocument = runReportSchema.extend({
  transfers: count.optional().meta({ description: 'With --dry-run.' }),
  adoption: z
    .object({
      adopted: count,
      sizeDiffers: count,
      newerAtPartner: count,
      sizeUnknown: count,
      noObject: count,
    })
    .meta({ description: 'The number of listed files by verdict: docs/operating.md.' }),
  files,
});

/** `runs`. */
export const runsDocument = z.object({
  runs: z.array(
    z.union([
      runReportSchema,
      z.object({ ...names, run: runIdSchema, startedAt: z.iso.datetime(), status: z.literal('running') }),
    ]),
  ),
  auditEntries: z.array(auditEntrySchema),
});

/** `report`: the report, or with --to where its page is. */
export const reportDocument = z.union([fullReportSchema, z.object({ path: z.string() })]);

/** `logs`. */
export const logsDocument = z.object({
  run: runIdSchema,
  lines: z.array(
    z.object({
      time: z.string(),
      function: z.string(),
      level: z.string(),
      message: z.string(),
      fields: z
        .record(z.string(), z.unknown())
        .meta({ description: 'All other fields, as the function wrote them.' }),
    }),
  ),
});
