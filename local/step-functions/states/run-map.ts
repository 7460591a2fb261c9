import { randomUUID } from 'node:crypto';
import type { JsonValue } from '../../endpoint/json-value.ts';
import type { Sources } from '../data/payload-template.ts';
import { applyPath, applyResult, checkSize } from '../data/state-data.ts';
import { StatesError } from '../data/states-error.ts';
import type { MapState } from '../definition/map-state.ts';
import type { ExecutionScope } from '../execution/execution-scope.ts';
import { MapRun } from '../execution/map-run.ts';
import { ExecutionStoppedError } from '../execution/stop-signal.ts';
import { planChildren, readItems, readMaxConcurrency } from './map-items.ts';
import { readResultsLocation, writeResults } from './map-results.ts';
import type { StateOutcome } from './with-retries.ts';
import { withRetries } from './with-retries.ts';

/**
 * Runs a Map. Each retry is another Map run; an error that Catch matches continues at its state, as in a
 * Task.
 */
export function runMap(state: MapState, input: JsonValue, scope: ExecutionScope): Promise<StateOutcome> {
  return withRetries({ state, input, scope }, () => attempt(state, input, scope));
}

async function attempt(state: MapState, input: JsonValue, scope: ExecutionScope): Promise<JsonValue> {
  const context = scope.context();
  const sources = { input: applyPath(state.InputPath, input, context), context };
  try {
    const run = redriveRun(scope) ?? (await startRun(state, sources, scope));
    const result = await completeRun(run, { state, sources, scope });
    scope.history.add('MapStateSucceeded');
    return applyPath(state.OutputPath, applyResult(state, { input, result, context }), context);
  } catch (error) {
    if (error instanceof StatesError) scope.history.add('MapStateFailed');
    if (error instanceof ExecutionStoppedError) scope.history.add('MapStateAborted');
    throw error;
  }
}

/** The Map run that failed, if this attempt redrives one; its successful children do not run again. */
function redriveRun(scope: ExecutionScope): MapRun | undefined {
  const run = scope.takeMapRun();
  if (run === undefined) return undefined;
  run.countRedrive();
  const details = { mapRunArn: run.arn, redriveCount: run.redriveCount };
  scope.history.add('MapRunRedriven', { mapRunRedrivenEventDetails: details });
  return run;
}

async function startRun(state: MapState, sources: Sources, scope: ExecutionScope): Promise<MapRun> {
  // The service does not know the number of items before it has read them, either.
  scope.history.add('MapStateStarted', { mapStateStartedEventDetails: { length: 0 } });
  const maxConcurrency = readMaxConcurrency(state, sources);
  const items = await scope.untilStopped(readItems(state, sources, scope.objects));
  const { name, arn } = scope.machine;
  const label = state.Label ?? randomUUID();
  const run = new MapRun({
    arn: `${arn.replace(':stateMachine:', ':mapRun:')}/${label}:${randomUUID()}`,
    machine: { name: `${name}/${label}`, arn: `${arn}/${label}`, definition: state.ItemProcessor },
    children: planChildren(state, items, sources),
    maxConcurrency,
    tolerated: { count: state.ToleratedFailureCount, percentage: state.ToleratedFailurePercentage },
  });
  scope.keepMapRun(run);
  scope.history.add('MapRunStarted', { mapRunStartedEventDetails: { mapRunArn: run.arn } });
  return run;
}

interface MapAttempt {
  readonly state: MapState;
  readonly sources: Sources;
  readonly scope: ExecutionScope;
}

/** Runs the children and returns the result of the Map. The results of a failed run are written too. */
async function completeRun(run: MapRun, { state, sources, scope }: MapAttempt): Promise<JsonValue> {
  const { history } = scope;
  try {
    const location = readResultsLocation(state, sources);
    const error = await run.runRemaining(scope).then(
      () => undefined,
      (thrown: unknown) => thrown,
    );
    if (error instanceof ExecutionStoppedError) throw error;
    const output = checkSize(await scope.untilStopped(writeResults(run, location, scope.objects)));
    if (error !== undefined) throw error;
    history.add('MapRunSucceeded');
    return output;
  } catch (error) {
    if (error instanceof ExecutionStoppedError) history.add('MapRunAborted');
    if (error instanceof StatesError) {
      const details = { error: error.errorName, cause: error.message };
      history.add('MapRunFailed', { mapRunFailedEventDetails: details });
    }
    throw error;
  }
}
