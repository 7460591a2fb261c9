import type { StateGraph } from './definition.ts';
import type { History } from './history.ts';
import type { StoredObjects } from './stored-objects.ts';
import type { CallFunction } from './task-call.ts';

export interface Machine {
  readonly name: string;
  readonly arn: string;
  readonly definition: StateGraph;
}

/** What executions need of the world. */
export interface ExecutionWorld {
  readonly callFunction: CallFunction;
  readonly objects: StoredObjects;
  /** Told of each execution that a Map starts. */
  readonly onChild: (child: Execution) => void;
  /** Told of each execution that has ended, a Map's children and those that were redriven included. */
  readonly onEnd: (execution: Execution) => void;
  readonly now: () => Date;
  /** From 0 to 1. */
  readonly random: () => number;
  /** What a second of Wait and of a retry's interval lasts, in seconds. */
  readonly waitScale: number;
}

/** Where an execution stands. Its end carries what the service's API tells of it. */
export type ExecutionState =
  | { readonly status: 'RUNNING' }
  | { readonly status: 'SUCCEEDED'; readonly stopped: Date; readonly output: string }
  | {
      readonly status: 'FAILED' | 'TIMED_OUT' | 'ABORTED';
      readonly stopped: Date;
      readonly error: string;
      readonly cause: string;
    };

export interface NewExecution {
  readonly machine: Machine;
  readonly name: string;
  /** JSON text. */
  readonly input: string;
  /** Of the Map that starts it; undefined for one that somebody started. */
  readonly mapRunArn?: string | undefined;
}

export interface Execution extends NewExecution {
  readonly arn: string;
  readonly started: Date;
  readonly history: History;
  readonly mapRunArn: string | undefined;
  /** How often it was redriven, and when it was last. */
  readonly redrives: { readonly count: number; readonly last: Date | undefined };
  state(): ExecutionState;
  /** Ends a running execution as ABORTED. The function that it is calling runs on, as in the service. */
  stop(error: string, cause: string): void;
  /**
   * Goes on at the state in which the execution failed, with the input that the state had.
   * The caller has asked {@link redriveRefusal}.
   */
  redrive(): void;
  /** Resolves when the execution has ended, however it did. Of one that is redriven: when it has ended once more. */
  readonly ended: Promise<void>;
}

/** The ARN of an execution, as the service makes it from machine and name. */
export function executionArn(machine: Pick<Machine, 'arn'>, name: string): string {
  return `${machine.arn.replace(':stateMachine:', ':execution:')}:${name}`;
}

/**
 * Why the execution cannot be redriven, in the service's words; undefined where it can.
 * https://docs.aws.amazon.com/step-functions/latest/apireference/API_DescribeExecution.html
 */
export function redriveRefusal(execution: Execution): string | undefined {
  const { status } = execution.state();
  if (status === 'RUNNING' || status === 'SUCCEEDED') return `Execution is ${status} and cannot be redriven.`;
  if (execution.history.isFull) return 'Execution history event limit exceeded.';
  return undefined;
}
