import type { Definition } from './definition.ts';
import { History } from './history.ts';
import type { JsonValue } from './json-path.ts';
import { type RunScope, runStates } from './run-states.ts';
import { StatesError, timeoutError } from './states-error.ts';
import { ExecutionStopped, pauseUntil, timerMs, untilAborted } from './stop-signal.ts';
import type { CallFunction } from './task-call.ts';

export interface Machine {
  readonly name: string;
  readonly arn: string;
  readonly definition: Definition;
}

/** What executions need of the world. */
export interface ExecutionWorld {
  readonly callFunction: CallFunction;
  readonly now: () => Date;
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

export interface Execution {
  readonly arn: string;
  readonly name: string;
  readonly machine: Machine;
  /** JSON text, as it was given. */
  readonly input: string;
  readonly started: Date;
  readonly history: History;
  state(): ExecutionState;
  /** Ends a running execution as ABORTED. The function that it is calling runs on, as in the service. */
  stop(error: string, cause: string): void;
  /** Resolves when the execution has ended, however it did. */
  readonly ended: Promise<void>;
}

export interface NewExecution {
  readonly machine: Machine;
  readonly name: string;
  readonly input: string;
}

/** Starts the execution and returns at once. */
export function beginExecution({ machine, name, input }: NewExecution, world: ExecutionWorld): Execution {
  const arn = executionArn(machine, name);
  const started = world.now();
  const history = new History(world.now);
  const stopper = new AbortController();
  let state: ExecutionState = { status: 'RUNNING' };

  const scope = runScope({ machine, name, arn, input, started, history, signal: stopper.signal }, world);
  const timer = machineTimeout(machine.definition, stopper);
  history.add('ExecutionStarted', { executionStartedEventDetails: { input } });
  const ended = runStates(machine.definition, JSON.parse(input), scope)
    .then(
      (output): ExecutionState => ({
        status: 'SUCCEEDED',
        stopped: world.now(),
        output: JSON.stringify(output),
      }),
      (error: unknown) => endedBy(error, world.now()),
    )
    .then((end) => {
      clearTimeout(timer);
      state = end;
      addEndEvent(history, end);
    });
  return {
    arn,
    name,
    machine,
    input,
    started,
    history,
    state: () => state,
    stop: (error, cause) => stopper.abort(new ExecutionStopped('ABORTED', { name: error, cause })),
    ended,
  };
}

export function executionArn(machine: Pick<Machine, 'arn'>, name: string): string {
  return `${machine.arn.replace(':stateMachine:', ':execution:')}:${name}`;
}

interface ScopeParts {
  readonly machine: Machine;
  readonly name: string;
  readonly arn: string;
  readonly input: string;
  readonly started: Date;
  readonly history: History;
  readonly signal: AbortSignal;
}

function runScope(parts: ScopeParts, world: ExecutionWorld): RunScope {
  const execution: JsonValue = {
    Id: parts.arn,
    Input: JSON.parse(parts.input),
    Name: parts.name,
    StartTime: parts.started.toISOString(),
    RedriveCount: 0,
  };
  const machine: JsonValue = { Id: parts.machine.arn, Name: parts.machine.name };
  let running = { Name: '', EnteredTime: '', RetryCount: 0 };
  return {
    history: parts.history,
    callFunction: world.callFunction,
    random: world.random,
    context: () => ({ Execution: execution, StateMachine: machine, State: running }),
    enter: (state) => {
      running = { Name: state, EnteredTime: world.now().toISOString(), RetryCount: 0 };
    },
    countRetry: () => {
      running = { ...running, RetryCount: running.RetryCount + 1 };
    },
    pause: (seconds) => pauseUntil(seconds * world.waitScale * 1000, parts.signal),
    untilStopped: (promise) => untilAborted(promise, parts.signal),
  };
}

function machineTimeout(definition: Definition, stopper: AbortController): NodeJS.Timeout | undefined {
  const { TimeoutSeconds: seconds } = definition;
  if (seconds === undefined) return undefined;
  const fault = new ExecutionStopped('TIMED_OUT', {
    name: timeoutError,
    cause: `The execution did not end within ${seconds} seconds.`,
  });
  return setTimeout(() => stopper.abort(fault), timerMs(seconds * 1000));
}

function endedBy(error: unknown, stopped: Date): ExecutionState {
  if (error instanceof ExecutionStopped) {
    return { status: error.status, stopped, error: error.errorName, cause: error.message };
  }
  if (error instanceof StatesError) {
    return { status: 'FAILED', stopped, error: error.errorName, cause: error.message };
  }
  const cause = `The local stack failed: ${error instanceof Error ? error.stack : String(error)}`;
  return { status: 'FAILED', stopped, error: 'States.Runtime', cause };
}

function addEndEvent(history: History, end: ExecutionState): void {
  switch (end.status) {
    case 'RUNNING':
      return;
    case 'SUCCEEDED':
      history.add('ExecutionSucceeded', { executionSucceededEventDetails: { output: end.output } });
      return;
    case 'FAILED':
      history.add('ExecutionFailed', { executionFailedEventDetails: { error: end.error, cause: end.cause } });
      return;
    case 'TIMED_OUT':
      history.add('ExecutionTimedOut', {
        executionTimedOutEventDetails: { error: end.error, cause: end.cause },
      });
      return;
    case 'ABORTED':
      history.add('ExecutionAborted', {
        executionAbortedEventDetails: { error: end.error, cause: end.cause },
      });
      return;
    default:
      end satisfies never;
  }
}
