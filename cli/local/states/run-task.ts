import type { ExecutionScope } from './execution-scope.ts';
import type { JsonValue } from './json-path.ts';
import { fillTemplate } from './payload-template.ts';
import type { TaskState } from './simple-states.ts';
import { checkedSize, filtered, type StateOutcome, withResult } from './state-outcome.ts';
import { StatesError, timeoutError } from './states-error.ts';
import { timerMs } from './stop-signal.ts';
import { callTask } from './task-call.ts';
import { withRetries } from './with-retries.ts';

/** Runs a Task with its retries; an error that a Catch names becomes a way on, any other one is thrown. */
export function runTask(state: TaskState, input: JsonValue, scope: ExecutionScope): Promise<StateOutcome> {
  return withRetries({ state, input, scope }, () => attempt(state, input, scope));
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
