import type { TaskState } from './definition.ts';
import type { ExecutionScope } from './execution-scope.ts';
import { type JsonValue, withValueAt } from './json-path.ts';
import { fillTemplate } from './payload-template.ts';
import { retryDelaySeconds } from './retry-delay.ts';
import { checkedSize, filtered, type StateOutcome, withResult } from './state-outcome.ts';
import { matchesError, StatesError, timeoutError } from './states-error.ts';
import { timerMs } from './stop-signal.ts';
import { callTask } from './task-call.ts';

/** Runs a Task with its retries; an error that a Catch names becomes a way on, any other one is thrown. */
export async function runTask(
  state: TaskState,
  input: JsonValue,
  scope: ExecutionScope,
): Promise<StateOutcome> {
  const retriesUsed = new Map<number, number>();
  for (;;) {
    try {
      const output = await attempt(state, input, scope);
      return { output, next: state.Next };
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

async function attempt(state: TaskState, input: JsonValue, scope: ExecutionScope): Promise<JsonValue> {
  const context = scope.context();
  const effective = filtered(state.InputPath, input, context);
  const payload =
    state.Parameters === undefined
      ? effective
      : fillTemplate(state.Parameters, { input: effective, context });
  const result = await called(state, checkedSize(payload), scope);
  return filtered(state.OutputPath, withResult(state, { input, result, context }), context);
}

async function called(state: TaskState, payload: JsonValue, scope: ExecutionScope): Promise<JsonValue> {
  const details = { resource: state.Resource, input: JSON.stringify(payload) };
  scope.history.add('LambdaFunctionScheduled', { lambdaFunctionScheduledEventDetails: details });
  try {
    const call = callTask(state.Resource, payload, scope.callFunction);
    const result = checkedSize(await withTimeout(state, scope, call));
    const output = JSON.stringify(result);
    scope.history.add('LambdaFunctionSucceeded', { lambdaFunctionSucceededEventDetails: { output } });
    return result;
  } catch (error) {
    if (error instanceof StatesError) {
      const failure = { error: error.errorName, cause: error.message };
      scope.history.add('LambdaFunctionFailed', { lambdaFunctionFailedEventDetails: failure });
    }
    throw error;
  }
}

/** As in the service the function itself runs on: only its own timeout ends it. */
async function withTimeout(
  state: TaskState,
  scope: ExecutionScope,
  result: Promise<JsonValue>,
): Promise<JsonValue> {
  if (state.TimeoutSeconds === undefined) return scope.untilStopped(result);
  let timer: NodeJS.Timeout | undefined;
  const seconds = state.TimeoutSeconds;
  const late = new Promise<never>((_, reject) => {
    const fault = new StatesError(timeoutError, `The task did not end within ${seconds} seconds.`);
    timer = setTimeout(() => reject(fault), timerMs(seconds * 1000));
  });
  try {
    return await scope.untilStopped(Promise.race([result, late]));
  } finally {
    clearTimeout(timer);
  }
}

function caught(state: TaskState, input: JsonValue, error: StatesError): StateOutcome {
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
