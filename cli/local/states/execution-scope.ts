import type { History } from './history.ts';
import type { JsonValue } from './json-path.ts';
import type { CallFunction } from './task-call.ts';

/** What the states of one execution see of the world. */
export interface ExecutionScope {
  readonly history: History;
  readonly callFunction: CallFunction;
  /** From 0 to 1. */
  readonly random: () => number;
  /** The context object (`$$`) as the running state sees it. */
  context(): JsonValue;
  /** Notes that the running state is tried again: `$$.State.RetryCount`. */
  countRetry(): void;
  /** Waits the scaled time. Rejects when the execution is stopped or runs out of time. */
  pause(seconds: number): Promise<void>;
  /** The promise's own end, or a rejection as soon as the execution is stopped or runs out of time. */
  untilStopped<T>(promise: Promise<T>): Promise<T>;
}
