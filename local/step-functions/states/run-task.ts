import type { JsonValue } from '../../endpoint/json-value.ts';
import { fillTemplate } from '../data/payload-template.ts';
import { applyPath, applyResult, checkSize } from '../data/state-data.ts';
import { StatesError, timeoutError } from '../data/states-error.ts';
import type { TaskState } from '../definition/simple-states.ts';
import type { ExecutionScope } from '../execution/execution-scope.ts';
import { limitTimerMs } from '../execution/stop-signal.ts';
import { callTask } from './task-call.ts';
import type { StateOutcome } from './with-retries.ts';
import { withRetries } from './with-retries.ts';

/**
 * Runs a Task with its retries. An error that Catch matches continues at its state.
 * @throws StatesError for any other error.
 */
export function runTask(state: TaskState, input: JsonValue, scope: ExecutionScope): Promise<StateOutcome> {
  return withRetries({ state, input, scope }, () => attempt(state, input, scope));
}

async function attempt(state: TaskState, input: JsonValue, scope: ExecutionScope): Promise<JsonValue> {
  const context = scope.context();
  const effective = applyPath(state.InputPath, input, context);
  const payload =
    state.Parameters === undefined
      ? effective
      : fillTemplate(state.Parameters, { input: effective, context });
  const result = await callResource(state, checkSize(payload), scope);
  return applyPath(state.OutputPath, applyResult(state, { input, result, context }), context);
}

async function callResource(state: TaskState, payload: JsonValue, scope: ExecutionScope): Promise<JsonValue> {
  const details = { resource: state.Resource, input: JSON.stringify(payload) };
  scope.history.add('LambdaFunctionScheduled', { lambdaFunctionScheduledEventDetails: details });
  try {
    const call = callTask(state.Resource, payload, scope.callFunction);
    const result = checkSize(await withTimeout(state, scope, call));
    const output = JSON.stringify(result);
    scope.history.add('LambdaFunctionSucceeded', { lambdaFunctionSucceededEventDetails: { output } });
    return result;
  } catch (error) {
    if (error instanceof StatesError) {
      const failed = { error: error.errorName, cause: error.message };
      scope.history.add('LambdaFunctionFailed', { lambdaFunctionFailedEventDetails: failed });
    }
    throw error;
  }
}

/** The function keeps running, as in the service: only its own timeout ends it. */
async function withTimeout(
  state: TaskState,
  scope: ExecutionScope,
  result: Promise<JsonValue>,
): Promise<JsonValue> {
  if (state.TimeoutSeconds === undefined) return scope.untilStopped(result);
  let timer: NodeJS.Timeout | undefined;
  const seconds = state.TimeoutSeconds;
  const timeout = new Promise<never>((_, reject) => {
    const error = new StatesError(timeoutError, `The task did not end within ${seconds} seconds.`);
    timer = setTimeout(() => reject(error), limitTimerMs(seconds * 1000));
  });
  try {
    return await scope.untilStopped(Promise.race([result, timeout]));
  } finally {
    clearTimeout(timer);
  }
}
