import type { JsonValue } from '../../endpoint/json-value.ts';
import type { CallFunction } from '../../lambda/function-answer.ts';
import type { Execution, NewExecution } from './execution.ts';
import type { History } from './history.ts';
import type { MapRun } from './map-run.ts';
import type { StoredObjects } from './stored-objects.ts';

/** What the states of one execution use. */
export interface ExecutionScope {
  readonly machine: NewExecution['machine'];
  readonly history: History;
  readonly callFunction: CallFunction;
  readonly objects: StoredObjects;
  /** From 0 to 1. */
  readonly random: () => number;
  /**
   * Aborted when the execution is stopped or times out; everything that waits then rejects with its reason.
   */
  readonly signal: AbortSignal;
  /** The context object (`$$`) of the running state. */
  context(): { readonly [name: string]: JsonValue };
  /** Increases `$$.State.RetryCount` of the running state. */
  countRetry(): void;
  /** Waits the scaled time. Rejects as soon as the execution is stopped or times out. */
  pause(seconds: number): Promise<void>;
  /** Settles like the promise, but rejects as soon as the execution is stopped or times out. */
  untilStopped<T>(promise: Promise<T>): Promise<T>;
  /** Starts the execution of one item of a Map. */
  startChild(child: NewExecution): Execution;
  /** Keeps the Map run of the running state for a redrive. */
  keepMapRun(run: MapRun): void;
  /** The Map run that failed: only in the state where a redrive resumes, and only once. */
  takeMapRun(): MapRun | undefined;
}
