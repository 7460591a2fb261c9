import { z } from 'zod';
import { flowIdSchema, partnerIdSchema, runIdSchema } from './ids.ts';

/**
 * What travels between the states of the pull workflow: keys and counts, never lists.
 * The state machine in infra/constructs/pull-workflow.ts holds one object: each step's answer sits under the step's name.
 */

/** Who starts an execution: the schedule, or an operator through the CLI. */
export const executionInputSchema = z.object({
  partner: partnerIdSchema,
  flow: flowIdSchema,
  /** `plan` lists and decides, and changes nothing but its own documents. */
  mode: z.enum(['run', 'plan']).default('run'),
  /** A person has looked at a listing that a guard halted, and takes it as it is. */
  acceptListing: z.boolean().default(false),
});
export type ExecutionInput = z.input<typeof executionInputSchema>;
/** The same with its defaults filled in. */
export type ExecutionRequest = z.output<typeof executionInputSchema>;

/** StartRun's input: the execution's own, with the execution's identity from the context object. */
export const startRunInputSchema = z.object({
  input: executionInputSchema,
  execution: z.object({ id: z.string().min(1), startedAt: z.coerce.date() }),
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

export const listRemoteInputSchema = z.object({ run: runSchema });
export const planRunInputSchema = z.object({ run: runSchema });

/** PlanRun -> Choice: `finish` where there is nothing to move or a guard halted the run. */
export const planRunOutputSchema = z.object({ next: z.enum(['transfer', 'finish']) });
export type PlanRunOutput = z.infer<typeof planRunOutputSchema>;

export const transferInputSchema = z.object({ run: runSchema, cursor: cursorSchema });
export const postProcessInputSchema = z.object({ run: runSchema, cursor: cursorSchema });

/** FinishRun: `error` is there when a step failed for good (the Catch's ResultPath). */
export const finishRunInputSchema = z.object({
  run: runSchema,
  error: z.object({ Error: z.string(), Cause: z.string() }).optional(),
});

export const runStatusSchema = z.enum(['succeeded', 'incomplete', 'halted', 'failed', 'busy', 'paused']);

/** FinishRun -> Choice: `failed` and `halted` end the execution as failed, so that alarms see it. */
export const finishRunOutputSchema = z.object({ status: runStatusSchema });
export type FinishRunOutput = z.infer<typeof finishRunOutputSchema>;

/** The names of errors that the workflow's Retry looks at: every step throws one of these two. */
export const transientErrorName = 'TransientFault';
export const permanentErrorName = 'PermanentFault';
