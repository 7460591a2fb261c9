import { randomUUID } from 'node:crypto';
import type { ExecutionScope } from './execution-scope.ts';
import type { JsonValue } from './json-path.ts';
import { childrenOf, maxConcurrencyOf, readItems } from './map-items.ts';
import { resultsPlace, writeResults } from './map-results.ts';
import { MapRun } from './map-run.ts';
import type { MapState } from './map-state.ts';
import type { Sources } from './payload-template.ts';
import { checkedSize, filtered, type StateOutcome, withResult } from './state-outcome.ts';
import { StatesError } from './states-error.ts';
import { ExecutionStopped } from './stop-signal.ts';
import { withRetries } from './with-retries.ts';

/** Runs a Map with its retries, each of which is a Map run of its own; a Catch leads on as in a Task. */
export function runMap(state: MapState, input: JsonValue, scope: ExecutionScope): Promise<StateOutcome> {
  return withRetries({ state, input, scope }, () => attempt(state, input, scope));
}

async function attempt(state: MapState, input: JsonValue, scope: ExecutionScope): Promise<JsonValue> {
  const context = scope.context();
  const sources = { input: filtered(state.InputPath, input, context), context };
  try {
    const run = redriven(scope) ?? (await begun(state, sources, scope));
    const result = await mapResult(run, { state, sources, scope });
    scope.history.add('MapStateSucceeded');
    return filtered(state.OutputPath, withResult(state, { input, result, context }), context);
  } catch (error) {
    if (error instanceof StatesError) scope.history.add('MapStateFailed');
    if (error instanceof ExecutionStopped) scope.history.add('MapStateAborted');
    throw error;
  }
}

/** The Map run in which the execution failed: its children that have succeeded stay as they are. */
function redriven(scope: ExecutionScope): MapRun | undefined {
  const run = scope.takeMapRun();
  if (run === undefined) return undefined;
  run.countRedrive();
  const details = { mapRunArn: run.arn, redriveCount: run.redriveCount };
  scope.history.add('MapRunRedriven', { mapRunRedrivenEventDetails: details });
  return run;
}

async function begun(state: MapState, sources: Sources, scope: ExecutionScope): Promise<MapRun> {
  // The service does not know the number of items before it has read them.
  scope.history.add('MapStateStarted', { mapStateStartedEventDetails: { length: 0 } });
  const maxConcurrency = maxConcurrencyOf(state, sources);
  const items = await scope.untilStopped(readItems(state, sources, scope.objects));
  const { name, arn } = scope.machine;
  const label = state.Label ?? randomUUID();
  const run = new MapRun({
    arn: `${arn.replace(':stateMachine:', ':mapRun:')}/${label}:${randomUUID()}`,
    machine: { name: `${name}/${label}`, arn: `${arn}/${label}`, definition: state.ItemProcessor },
    children: childrenOf(state, items, sources),
    maxConcurrency,
    tolerated: { count: state.ToleratedFailureCount, percentage: state.ToleratedFailurePercentage },
  });
  scope.keepMapRun(run);
  scope.history.add('MapRunStarted', { mapRunStartedEventDetails: { mapRunArn: run.arn } });
  return run;
}

interface Begun {
  readonly state: MapState;
  readonly sources: Sources;
  readonly scope: ExecutionScope;
}

/** What the Map hands on. The results of a run that has failed are written too: they say what is missing. */
async function mapResult(run: MapRun, { state, sources, scope }: Begun): Promise<JsonValue> {
  const { history } = scope;
  try {
    const place = resultsPlace(state, sources);
    const failure = await run.advance(scope).then(
      () => undefined,
      (error: unknown) => error,
    );
    if (failure instanceof ExecutionStopped) throw failure;
    const output = checkedSize(await scope.untilStopped(writeResults(run, place, scope.objects)));
    if (failure !== undefined) throw failure;
    history.add('MapRunSucceeded');
    return output;
  } catch (error) {
    if (error instanceof ExecutionStopped) history.add('MapRunAborted');
    if (error instanceof StatesError) {
      const details = { error: error.errorName, cause: error.message };
      history.add('MapRunFailed', { mapRunFailedEventDetails: details });
    }
    throw error;
  }
}
