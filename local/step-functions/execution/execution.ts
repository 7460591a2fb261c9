import type { CallFunction } from '../../lambda/function-answer.ts';
import type { StateGraph } from '../definition/definition.ts';
import type { History } from './history.ts';
import type { StoredObjects } from './stored-objects.ts';

export interface Machine {
  readonly name: string;
  readonly arn: string;
  readonly definition: StateGraph;
}

/** What executions use. */
export interface ExecutionDependencies {
  readonly callFunction: CallFunction;
  readonly objects: StoredObjects;
  /** Called for each execution that a Map starts. */
  readonly onChild: (child: Execution) => void;
  /** Called each time an execution ends, also for the children of a Map and after a redrive. */
  readonly onEnd: (execution: Execution) => void;
  readonly now: () => Date;
  /** From 0 to 1. */
  readonly random: () => number;
  /** How long a second of a Wait or a retry interval lasts, in seconds. */
  readonly waitScale: number;
}

/** The status of an execution; once it has ended, with what the service's API returns about the end. */
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
  /** The Map run that starts it; undefined for an execution that StartExecution or a schedule starts. */
  readonly mapRunArn?: string | undefined;
}

export interface Execution extends NewExecution {
  readonly arn: string;
  readonly started: Date;
  readonly history: History;
  readonly mapRunArn: string | undefined;
  /** How many times it was redriven, and when it was last. */
  readonly redrives: { readonly count: number; readonly last: Date | undefined };
  state(): ExecutionState;
  /** Ends a running execution as ABORTED. The function that it calls keeps running, as in the service. */
  stop(error: string, cause: string): void;
  /**
   * Resumes at the state that failed, with the same input. The caller must check {@link redriveRefusal}
   * first.
   */
  redrive(): void;
  /** Resolves when the execution has ended, with any status; after a redrive, when it has ended again. */
  readonly ended: Promise<void>;
}

/** The ARN of an execution, as the service builds it from machine and name. */
export function executionArn(machine: Pick<Machine, 'arn'>, name: string): string {
  return `${machine.arn.replace(':stateMachine:', ':execution:')}:${name}`;
}

/**
 * Why the execution cannot be redriven, in the words of the service; undefined if it can.
 * https://docs.aws.amazon.com/step-functions/latest/apireference/API_DescribeExecution.html
 */
export function redriveRefusal(execution: Execution): string | undefined {
  const { status } = execution.state();
  if (status === 'RUNNING' || status === 'SUCCEEDED') return `Execution is ${status} and cannot be redriven.`;
  if (execution.history.isFull) return 'Execution history event limit exceeded.';
  return undefined;
}
