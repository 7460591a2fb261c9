import type { JsonValue } from '../../endpoint/json-value.ts';
import { withValueAt } from '../data/json-path.ts';
import { checkSize } from '../data/state-data.ts';
import { matchesError, StatesError } from '../data/states-error.ts';
import type { ErrorHandling, Retrier } from '../definition/state-fields.ts';
import type { ExecutionScope } from '../execution/execution-scope.ts';

/** The output of a state and the next state; without a next state the execution succeeds. */
export interface StateOutcome {
  readonly output: JsonValue;
  readonly next: string | undefined;
}

interface StateAttempt {
  readonly state: ErrorHandling & { readonly Next?: string | undefined };
  readonly input: JsonValue;
  readonly scope: ExecutionScope;
}

/**
 * Runs the attempt with the state's Retry, then applies its Catch.
 * @throws StatesError that neither Retry nor Catch matches.
 */
export async function withRetries(
  { state, input, scope }: StateAttempt,
  attempt: () => Promise<JsonValue>,
): Promise<StateOutcome> {
  const retriesUsed = new Map<number, number>();
  for (;;) {
    try {
      return { output: await attempt(), next: state.Next };
    } catch (error) {
      if (!(error instanceof StatesError)) throw error;
      const index = state.Retry.findIndex((each) => matchesError(each.ErrorEquals, error.errorName));
      const retrier = state.Retry[index];
      const used = retriesUsed.get(index) ?? 0;
      if (retrier === undefined || used >= retrier.MaxAttempts) return applyCatch(state, input, error);
      retriesUsed.set(index, used + 1);
      await scope.pause(retryDelaySeconds(retrier, used, scope.random));
      scope.countRetry();
    }
  }
}

function applyCatch(state: ErrorHandling, input: JsonValue, error: StatesError): StateOutcome {
  const catcher = state.Catch.find((each) => matchesError(each.ErrorEquals, error.errorName));
  if (catcher === undefined) throw error;
  const document = { Error: error.errorName, Cause: error.message };
  if (catcher.ResultPath === null) return { output: input, next: catcher.Next };
  const output = withValueAt(input, catcher.ResultPath?.steps ?? [], document);
  if (output === undefined) {
    const where = catcher.ResultPath?.text ?? '$';
    const cause = `The error cannot be placed at '${where}' of the input.`;
    throw new StatesError('States.ResultPathMatchFailure', cause);
  }
  return { output: checkSize(output), next: catcher.Next };
}

/**
 * Seconds until the next attempt (https://states-language.net/#retrying-after-error).
 * @param attempt the number of earlier retries by this retrier.
 * @param random from 0 to 1, for the jitter.
 */
function retryDelaySeconds(retrier: Retrier, attempt: number, random: () => number): number {
  const grown = retrier.IntervalSeconds * retrier.BackoffRate ** attempt;
  const bounded = Math.min(grown, retrier.MaxDelaySeconds ?? Number.POSITIVE_INFINITY);
  return retrier.JitterStrategy === 'FULL' ? bounded * random() : bounded;
}
