import type { Execution, NewExecution } from './execution.ts';
import type { History } from './history.ts';
import type { JsonValue } from './json-path.ts';
import type { MapRun } from './map-run.ts';
import type { StoredObjects } from './stored-objects.ts';
import type { CallFunction } from './task-call.ts';

/** What the states of one execution see of the world. */
export interface ExecutionScope {
  readonly machine: NewExecution['machine'];
  readonly history: History;
  readonly callFunction: CallFunction;
  readonly objects: StoredObjects;
  /** From 0 to 1. */
  readonly random: () => number;
  /** Aborted when the execution is stopped or runs out of time; what waits rejects with its reason. */
  readonly signal: AbortSignal;
  /** The context object (`$$`) as the running state sees it. */
  context(): { readonly [name: string]: JsonValue };
  /** Notes that the running state is tried again: `$$.State.RetryCount`. */
  countRetry(): void;
  /** Waits the scaled time. Rejects when the execution is stopped or runs out of time. */
  pause(seconds: number): Promise<void>;
  /** The promise's own end, or a rejection as soon as the execution is stopped or runs out of time. */
  untilStopped<T>(promise: Promise<T>): Promise<T>;
  /** Starts the execution of one item of a Map. */
  beginChild(child: NewExecution): Execution;
  /** Keeps the running state's Map run, for the case that the execution is redriven. */
  keepMapRun(run: MapRun): void;
  /** The Map run in which the execution failed: once, and only in the state at which a redrive goes on. */
  takeMapRun(): MapRun | undefined;
}
