import type { ExecutionScope } from './execution-scope.ts';
import { type JsonValue, withValueAt } from './json-path.ts';
import { retryDelaySeconds } from './retry-delay.ts';
import type { Failing } from './state-fields.ts';
import { checkedSize, type StateOutcome } from './state-outcome.ts';
import { matchesError, StatesError } from './states-error.ts';

interface Retried {
  readonly state: Failing & { readonly Next?: string | undefined };
  readonly input: JsonValue;
  readonly scope: ExecutionScope;
}

/** Tries a state as its Retry says; an error that its Catch names becomes a way on, any other one is thrown. */
export async function withRetries(
  { state, input, scope }: Retried,
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
      if (retrier === undefined || used >= retrier.MaxAttempts) return caught(state, input, error);
      retriesUsed.set(index, used + 1);
      await scope.pause(retryDelaySeconds(retrier, used, scope.random));
      scope.countRetry();
    }
  }
}

function caught(state: Failing, input: JsonValue, error: StatesError): StateOutcome {
  const catcher = state.Catch.find((each) => matchesError(each.ErrorEquals, error.errorName));
  if (catcher === undefined) throw error;
  const fault = { Error: error.errorName, Cause: error.message };
  if (catcher.ResultPath === null) return { output: input, next: catcher.Next };
  const output = withValueAt(input, catcher.ResultPath?.steps ?? [], fault);
  if (output === undefined) throw pathMatchFailure(catcher.ResultPath?.text ?? '$');
  return { output: checkedSize(output), next: catcher.Next };
}

function pathMatchFailure(path: string): StatesError {
  return new StatesError(
    'States.ResultPathMatchFailure',
    `The error cannot be put at '${path}' of the input.`,
  );
}
