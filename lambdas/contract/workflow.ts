import { z } from 'zod';
import { flowIdSchema, partnerIdSchema, runIdSchema } from './ids.ts';

/**
 * The inputs and outputs of the states of the pull workflow: keys and counts, never lists. The state of the
 * machine in infra/constructs/pull/pull-workflow.ts is one object with the output of each step under the
 * step's name.
 */

/** What only an operator can request of a run. */
const operatorRequest = {
  /** The approval of the listing of a halted run; it applies only to a listing with exactly these counts. */
  approved: z
    .object({
      run: runIdSchema,
      files: z.number().int().nonnegative(),
      directories: z.number().int().nonnegative(),
    })
    .optional(),
  /**
   * Transfers nothing; records objects that are in the bucket already as transferred if they match the
   * listing.
   */
  purpose: z.literal('adopt').optional(),
};

/** The input of an execution, which the schedule or an operator starts. */
export const executionInputSchema = z.object({
  partner: partnerIdSchema,
  flow: flowIdSchema,
  /** `plan` lists and decides, and writes only its own documents. */
  mode: z.enum(['run', 'plan']).default('run'),
  /** Accepts any listing, whatever a guard would say. */
  acceptListing: z.boolean().default(false),
  ...operatorRequest,
});
export type ExecutionInput = z.input<typeof executionInputSchema>;
/** The input with its defaults. */
export type ExecutionRequest = z.output<typeof executionInputSchema>;

/** StartRun's input: the input of the execution, and its identity from the context object. */
export const startRunInputSchema = z.object({
  input: executionInputSchema,
  execution: z.object({
    id: z.string().min(1),
    startedAt: z.coerce.date(),
    /** The number of redrives of the execution; each of them is a separate run. */
    redriveCount: z.number().int().nonnegative().default(0),
  }),
});

/** The run, as every step after StartRun receives it. */
export const runSchema = z.object({
  partner: partnerIdSchema,
  flow: flowIdSchema,
  runId: runIdSchema,
  mode: z.enum(['run', 'plan']),
  acceptListing: z.boolean(),
  startedAt: z.iso.datetime(),
  /**
   * The fencing token: it increases with every lease of the flow, and the ledger rejects writes with a
   * smaller one.
   */
  fence: z.number().int().nonnegative(),
  /** The execution that holds the lease. */
  owner: z.string(),
  /** The number of redrives of the execution when this run started. */
  redriveCount: z.number().int().nonnegative().default(0),
  ...operatorRequest,
});
export type Run = z.infer<typeof runSchema>;

/** StartRun's output, for the Choice state after it. */
export const startRunOutputSchema = z.object({
  decision: z.enum(['go', 'busy', 'paused']),
  run: runSchema,
  /** Why the run does not start; empty for `go`. */
  reason: z.string(),
});
export type StartRunOutput = z.infer<typeof startRunOutputSchema>;

/**
 * The progress of a step that may take several invocations; the state machine invokes it again until `done`.
 */
export const cursorSchema = z.object({
  done: z.boolean(),
  next: z.number().int().nonnegative(),
  /** The number of invocations before this one. */
  round: z.number().int().nonnegative().default(0),
});
export type Cursor = z.infer<typeof cursorSchema>;
export const firstCursor: Cursor = { done: false, next: 0, round: 0 };

export const listRemoteInputSchema = z.object({ run: runSchema, cursor: cursorSchema });
export const planRunInputSchema = z.object({ run: runSchema, cursor: cursorSchema });

/**
 * A range of the manifest for one worker: a line of `batches.jsonl`, or the whole manifest of a small run.
 */
export const batchSchema = z.object({
  /** From 0; part of the names of the documents that the worker writes. */
  index: z.number().int().nonnegative(),
  /** The number of the manifest document. */
  document: z.number().int().nonnegative(),
  /** The byte range of its lines in that document. */
  offset: z.number().int().nonnegative(),
  length: z.number().int().nonnegative(),
  /** The number of its files, and their total size. */
  files: z.number().int().nonnegative(),
  bytes: z.number().nonnegative(),
});
export type Batch = z.infer<typeof batchSchema>;

/** The parameters of a Distributed Map: its definition can refer to a value, but cannot compose one. */
const mapKeys = {
  /** The key of the document with the items, in the runs bucket. */
  itemsKey: z.string(),
  /** The prefix for its result files: a folder of `results/`, without a trailing slash. */
  resultsPrefix: z.string(),
};

/**
 * PlanRun's output, for its loop and the Choice state after it. `finish`: there is nothing to transfer, or a
 * guard halted the run. `small`: one worker, invoked until it is done, transfers `batch`. `bulk`: one worker
 * per line of `batches.jsonl`, `workers` of them at once.
 */
export const planRunOutputSchema = cursorSchema.extend({
  route: z.enum(['finish', 'small', 'bulk']),
  /** The number of concurrent workers, each with several sessions. */
  workers: z.number().int().positive(),
  batch: batchSchema.optional(),
  ...mapKeys,
});
export type PlanRunOutput = z.infer<typeof planRunOutputSchema>;

export const transferBatchInputSchema = z.object({
  run: runSchema,
  batch: batchSchema,
  cursor: cursorSchema,
});
export const disposeFilesInputSchema = z.object({ run: runSchema, cursor: cursorSchema });

/**
 * BigFiles completes the files whose parts are all stored, and cuts the others into slices; it is invoked
 * again after each round of slices.
 */
export const bigFilesInputSchema = z.object({ run: runSchema, cursor: cursorSchema });

/**
 * `done`: every big file is transferred or has failed. Otherwise `slices/<round>.jsonl` has the slices to
 * transfer.
 */
export const bigFilesOutputSchema = cursorSchema.extend({
  /** The number of slices of the round; 0 if there was only time to complete files. */
  slices: z.number().int().nonnegative(),
  /** The number of concurrent sessions, each with one slice. */
  workers: z.number().int().positive(),
  ...mapKeys,
});
export type BigFilesOutput = z.infer<typeof bigFilesOutputSchema>;

/** A range of parts of one big file, for one session: a line of `slices/<round>.jsonl`. */
export const sliceSchema = z.object({
  /** The path at the partner. */
  path: z.string(),
  key: z.string(),
  sizeBytes: z.number().int().positive(),
  /** MDTM when the upload was started; undefined if the server has no MDTM. */
  modifiedRaw: z.string().optional(),
  uploadId: z.string().min(1),
  partBytes: z.number().int().positive(),
  /** Part numbers from 1, both inclusive. */
  firstPart: z.number().int().positive(),
  lastPart: z.number().int().positive(),
  /**
   * `from-start`: the server has no usable REST, so a single slice has all parts and must finish in one
   * invocation.
   */
  reading: z.enum(['from-offset', 'from-start']).default('from-offset'),
});
export type Slice = z.infer<typeof sliceSchema>;

export const transferSliceInputSchema = z.object({
  run: runSchema,
  slice: sliceSchema,
  cursor: cursorSchema,
});

/** FinishRun's input; `error` is set if a step failed permanently (ResultPath of the Catch). */
export const finishRunInputSchema = z.object({
  run: runSchema,
  error: z.object({ Error: z.string(), Cause: z.string() }).optional(),
});

/**
 * EndExecution's input. It throws for a halted or failed run, so that the execution fails in a state that a
 * redrive repeats; a Fail state would only fail again. On a redrive it returns, and the workflow starts
 * again.
 */
export const endExecutionInputSchema = z.object({
  run: runSchema,
  status: z.enum(['halted', 'failed']),
  /** From the context object; greater than that of the run if the execution was redriven since. */
  redriveCount: z.number().int().nonnegative(),
});

export const runStatusSchema = z.enum(['succeeded', 'incomplete', 'halted', 'failed', 'busy', 'paused']);

/**
 * FinishRun's output, for the Choice state after it: `failed` and `halted` end the execution as failed, which
 * the alarms detect.
 */
export const finishRunOutputSchema = z.object({ status: runStatusSchema });
export type FinishRunOutput = z.infer<typeof finishRunOutputSchema>;

/** The error names that the workflow's Retry rules match; every step throws one of these three. */
export const transientErrorName = 'TransientError';
/**
 * The step has not started, because other flows use all connections of the partner. It is retried with the
 * same input without a limit.
 */
export const busyErrorName = 'PartnerBusy';
export const permanentErrorName = 'PermanentError';
