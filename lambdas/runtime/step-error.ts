import { z } from 'zod';
import { parseJson } from '../contract/parse-json.ts';
import { busyErrorName, permanentErrorName, transientErrorName } from '../contract/workflow.ts';

/** How a step reports an error to the workflow. */
export interface StepErrorDetails {
  /** Whether the workflow's Retry runs the step again. */
  readonly retryable: boolean;
  /** A code, such as 'login-refused': the CLI derives its exit code from it, and people search by it. */
  readonly error: string;
  readonly message: string;
  /**
   * The error's name where it ends the execution and the name itself tells people how it ended; undefined:
   * derived from `retryable`.
   */
  readonly name?: string | undefined;
}

/**
 * An error as the state machine sees it: its Retry matches the name, and {@link parseStepError} reads code
 * and message from the text.
 */
export class StepError extends Error {
  constructor({ retryable, error, message, name }: StepErrorDetails, cause: unknown) {
    super(JSON.stringify({ error, message }), { cause });
    const transient = error === 'partner-busy' ? busyErrorName : transientErrorName;
    this.name = name ?? (retryable ? transient : permanentErrorName);
  }
}

const lambdaErrorSchema = z.object({ errorMessage: z.string() });
const stepErrorSchema = z.object({ error: z.string(), message: z.string() });

type RecordedError = Readonly<z.infer<typeof stepErrorSchema>>;

/**
 * Code and message of a {@link StepError}, from the cause that Step Functions records for it: the function's
 * error as JSON within JSON. Undefined where a step did not throw it: a timeout or a lost function.
 */
export function parseStepError(cause: string): RecordedError | undefined {
  return parseJson(errorMessage(cause), stepErrorSchema);
}

/** As {@link parseStepError}; `internal`, with the text as it is, where a step did not throw it. */
export function describeError(error: { readonly Error: string; readonly Cause: string }): RecordedError {
  const message = `${error.Error}: ${errorMessage(error.Cause)}`;
  return parseStepError(error.Cause) ?? { error: 'internal', message };
}

/** The message in Lambda's error document; text that is not one stays as it is. */
function errorMessage(cause: string): string {
  return parseJson(cause, lambdaErrorSchema)?.errorMessage ?? cause;
}
