import { z } from 'zod';
import { flowIdSchema, partnerIdSchema, runIdSchema } from './ids.ts';

/**
 * What travels between the states of the pull workflow: keys and counts, never lists.
 * The state machine in infra/constructs/pull-workflow.ts holds one object: each step's answer sits under the step's name.
 */

/** What an operator asks of a run besides. */
const asked = {
  /** A person has looked at the listing of a run that a guard halted, and takes it: one with exactly such counts, and no other. */
  approved: z
    .object({
      run: runIdSchema,
      files: z.number().int().nonnegative(),
      directories: z.number().int().nonnegative(),
    })
    .optional(),
  /** Nothing is moved: objects that are in the bucket already are recorded as taken where they agree with the listing. */
  purpose: z.literal('adopt').optional(),
};

/** Who starts an execution: the schedule, or an operator through the CLI. */
export const executionInputSchema = z.object({
  partner: partnerIdSchema,
  flow: flowIdSchema,
  /** `plan` lists and decides, and changes nothing but its own documents. */
  mode: z.enum(['run', 'plan']).default('run'),
  /** A person has looked at a listing that a guard halted, and takes it as it is. */
  acceptListing: z.boolean().default(false),
  ...asked,
});
export type ExecutionInput = z.input<typeof executionInputSchema>;
/** The same with its defaults filled in. */
export type ExecutionRequest = z.output<typeof executionInputSchema>;

/** StartRun's input: the execution's own, with the execution's identity from the context object. */
export const startRunInputSchema = z.object({
  input: executionInputSchema,
  execution: z.object({
    id: z.string().min(1),
    startedAt: z.coerce.date(),
    /** How often the execution was redriven: each time is a run of its own. */
    redriveCount: z.number().int().nonnegative().default(0),
  }),
});

/** The run as every later step needs it. */
export const runSchema = z.object({
  partner: partnerIdSchema,
  flow: flowIdSchema,
  runId: runIdSchema,
  mode: z.enum(['run', 'plan']),
  acceptListing: z.boolean(),
  startedAt: z.iso.datetime(),
  /** Grows with every lease of the flow: a worker with a smaller one has been replaced, and its writes lose. */
  fence: z.number().int().nonnegative(),
  /** The execution that holds the lease. */
  owner: z.string(),
  /** How often the execution had been redriven when this run began. */
  redriveCount: z.number().int().nonnegative().default(0),
  ...asked,
});
export type Run = z.infer<typeof runSchema>;

/** StartRun -> Choice. */
export const startRunOutputSchema = z.object({
  decision: z.enum(['go', 'busy', 'paused']),
  run: runSchema,
  /** Why not, for `busy` and `paused`. */
  reason: z.string(),
});
export type StartRunOutput = z.infer<typeof startRunOutputSchema>;

/** A step that may need several invocations says how far it came; the state machine calls it again until `done`. */
export const cursorSchema = z.object({
  done: z.boolean(),
  next: z.number().int().nonnegative(),
  /** How many invocations there were before this one. */
  round: z.number().int().nonnegative().default(0),
});
export type Cursor = z.infer<typeof cursorSchema>;
export const firstCursor: Cursor = { done: false, next: 0, round: 0 };

export const listRemoteInputSchema = z.object({ run: runSchema, cursor: cursorSchema });
export const planRunInputSchema = z.object({ run: runSchema, cursor: cursorSchema });

/** A share of the manifest for one worker: a line of `batches.jsonl`, and the whole manifest of a small run. */
export const batchSchema = z.object({
  /** From 0; it names what the batch's worker writes. */
  index: z.number().int().nonnegative(),
  /** The documents of the manifest that the batch goes through, by their number. */
  document: z.number().int().nonnegative(),
  /** Where in that document its lines begin, and how many bytes they are. */
  offset: z.number().int().nonnegative(),
  length: z.number().int().nonnegative(),
  /** How many files it has, and how many bytes they have together. */
  files: z.number().int().nonnegative(),
  bytes: z.number().nonnegative(),
});
export type Batch = z.infer<typeof batchSchema>;

/** What a Distributed Map is told: a path in its definition can name a value, and cannot put one together. */
const mapKeys = {
  /** The key of the document with its items, in the runs bucket. */
  itemsKey: z.string(),
  /** The prefix of what it writes about its children: a folder of `results/`, without a slash at its end. */
  resultsPrefix: z.string(),
};

/**
 * PlanRun -> its loop, and then Choice. `finish`: there is nothing to move, or a guard halted the run. `small`: one worker, called
 * until it is done, takes the batch that is given here. `bulk`: a worker for each line of `batches.jsonl`, `workers` at once.
 */
export const planRunOutputSchema = cursorSchema.extend({
  route: z.enum(['finish', 'small', 'bulk']),
  /** Workers at once; each has several sessions. */
  workers: z.number().int().positive(),
  batch: batchSchema.optional(),
  ...mapKeys,
});
export type PlanRunOutput = z.infer<typeof planRunOutputSchema>;

export const transferInputSchema = z.object({ run: runSchema, batch: batchSchema, cursor: cursorSchema });
export const postProcessInputSchema = z.object({ run: runSchema, cursor: cursorSchema });

/** BigFiles completes what is whole and cuts what is not into slices; it is called again after each round of them. */
export const bigFilesInputSchema = z.object({ run: runSchema, cursor: cursorSchema });

/** `done`: every big file is in the bucket or has failed. Otherwise `slices/<round>.jsonl` says what is to be fetched. */
export const bigFilesOutputSchema = cursorSchema.extend({
  /** How many slices the round has: none where its time only sufficed for files that were whole. */
  slices: z.number().int().nonnegative(),
  /** Sessions at once, each with one slice. */
  workers: z.number().int().positive(),
  ...mapKeys,
});
export type BigFilesOutput = z.infer<typeof bigFilesOutputSchema>;

/** A run of parts of one big file, for one session: a line of `slices/<round>.jsonl`. */
export const sliceSchema = z.object({
  /** The path at the partner. */
  path: z.string(),
  key: z.string(),
  sizeBytes: z.number().int().positive(),
  /** MDTM when the upload began; undefined where the server has none. */
  modifiedRaw: z.string().optional(),
  uploadId: z.string().min(1),
  partBytes: z.number().int().positive(),
  /** Part numbers from 1, both inclusive. */
  firstPart: z.number().int().positive(),
  lastPart: z.number().int().positive(),
  /** `from-start`: REST is worth nothing at this server, so that the one slice has all parts, and one invocation must do. */
  reading: z.enum(['from-offset', 'from-start']).default('from-offset'),
});
export type Slice = z.infer<typeof sliceSchema>;

export const transferSliceInputSchema = z.object({
  run: runSchema,
  slice: sliceSchema,
  cursor: cursorSchema,
});

/** FinishRun: `error` is there when a step failed for good (the Catch's ResultPath). */
export const finishRunInputSchema = z.object({
  run: runSchema,
  error: z.object({ Error: z.string(), Cause: z.string() }).optional(),
});

/**
 * ConcludeRun ends a run that did not end well by throwing, so that the execution fails at a state that a redrive calls again
 * (a Fail state would only fail again). On a redrive it answers, and the workflow begins anew.
 */
export const concludeRunInputSchema = z.object({
  run: runSchema,
  status: z.enum(['halted', 'failed']),
  /** From the context object: more than the run's own, and the execution has been redriven since. */
  redriveCount: z.number().int().nonnegative(),
});

export const runStatusSchema = z.enum(['succeeded', 'incomplete', 'halted', 'failed', 'busy', 'paused']);

/** FinishRun -> Choice: `failed` and `halted` end the execution as failed, so that alarms see it. */
export const finishRunOutputSchema = z.object({ status: runStatusSchema });
export type FinishRunOutput = z.infer<typeof finishRunOutputSchema>;

/** The names of errors that the workflow's Retry looks at: every step throws one of these three. */
export const transientErrorName = 'TransientFault';
/**
 * The step has not begun, because other flows have all connections of the partner: it is called again with the same input, as often
 * as it takes.
 */
export const busyErrorName = 'PartnerBusy';
export const permanentErrorName = 'PermanentFault';
