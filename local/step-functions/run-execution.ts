import type { JsonValue } from '../endpoint/json-value.ts';
import { StatesError, timeoutError } from './data/states-error.ts';
import {
  type Execution,
  type ExecutionDependencies,
  type ExecutionState,
  executionArn,
  type Machine,
  type NewExecution,
} from './execution/execution.ts';
import { History } from './execution/history.ts';
import type { MapRun } from './execution/map-run.ts';
import {
  ExecutionStoppedError,
  limitTimerMs,
  sleepUnlessAborted,
  untilAborted,
} from './execution/stop-signal.ts';
import { type Position, type RunScope, runStates } from './states/run-states.ts';

/** Starts the execution and returns immediately. */
export function startExecution(created: NewExecution, dependencies: ExecutionDependencies): Execution {
  return new RunningExecution(created, dependencies);
}

class RunningExecution implements Execution {
  readonly arn: string;
  readonly name: string;
  readonly machine: Machine;
  readonly input: string;
  readonly mapRunArn: string | undefined;
  readonly started: Date;
  readonly history: History;
  readonly #dependencies: ExecutionDependencies;
  #redrives: Execution['redrives'] = { count: 0, last: undefined };
  #position: Position;
  #mapRun: MapRun | undefined;
  #state: ExecutionState = { status: 'RUNNING' };
  #stopper = new AbortController();
  #ended: Promise<void>;

  constructor({ machine, name, input, mapRunArn }: NewExecution, dependencies: ExecutionDependencies) {
    this.machine = machine;
    this.name = name;
    this.arn = executionArn(machine, name);
    this.input = input;
    this.mapRunArn = mapRunArn;
    this.started = dependencies.now();
    this.history = new History(dependencies.now);
    this.#dependencies = dependencies;
    this.#position = { state: machine.definition.StartAt, input: JSON.parse(input), isEntered: false };
    this.history.add('ExecutionStarted', { executionStartedEventDetails: { input } });
    this.#ended = this.#run();
  }

  get redrives(): Execution['redrives'] {
    return this.#redrives;
  }

  get ended(): Promise<void> {
    return this.#ended;
  }

  state(): ExecutionState {
    return this.#state;
  }

  stop(error: string, cause: string): void {
    this.#stopper.abort(new ExecutionStoppedError('ABORTED', { name: error, cause }));
  }

  redrive(): void {
    const redriveCount = this.#redrives.count + 1;
    this.#redrives = { count: redriveCount, last: this.#dependencies.now() };
    this.#state = { status: 'RUNNING' };
    this.#stopper = new AbortController();
    this.history.add('ExecutionRedriven', { executionRedrivenEventDetails: { redriveCount } });
    this.#ended = this.#run();
  }

  async #run(): Promise<void> {
    const { definition } = this.machine;
    // A redriven execution has its full time again.
    const timer = startTimeout(definition, this.#stopper);
    const end = await runStates(definition, this.#position, this.#scope(this.#stopper.signal)).then(
      (output): ExecutionState => ({
        status: 'SUCCEEDED',
        stopped: this.#dependencies.now(),
        output: JSON.stringify(output),
      }),
      (error: unknown) => toEndState(error, this.#dependencies.now()),
    );
    clearTimeout(timer);
    this.#state = end;
    addEndEvent(this.history, end);
    this.#dependencies.onEnd(this);
  }

  #scope(signal: AbortSignal): RunScope {
    const dependencies = this.#dependencies;
    const execution = this.#describe();
    const machine = { Id: this.machine.arn, Name: this.machine.name };
    let running = { Name: '', EnteredTime: '', RetryCount: 0 };
    let redrivenRun = this.#mapRun;
    return {
      machine: this.machine,
      history: this.history,
      callFunction: dependencies.callFunction,
      objects: dependencies.objects,
      random: dependencies.random,
      signal,
      context: () => ({ Execution: execution, StateMachine: machine, State: running }),
      enter: (position) => {
        running = { Name: position.state, EnteredTime: dependencies.now().toISOString(), RetryCount: 0 };
        if (!position.isEntered) {
          this.#mapRun = undefined;
          redrivenRun = undefined;
        }
        this.#position = { ...position, isEntered: true };
      },
      countRetry: () => {
        running = { ...running, RetryCount: running.RetryCount + 1 };
      },
      pause: (seconds) => sleepUnlessAborted(seconds * dependencies.waitScale * 1000, signal),
      untilStopped: (promise) => untilAborted(promise, signal),
      startChild: (child) => {
        const started = startExecution(child, dependencies);
        dependencies.onChild(started);
        return started;
      },
      keepMapRun: (run) => {
        this.#mapRun = run;
      },
      takeMapRun: () => {
        const run = redrivenRun;
        redrivenRun = undefined;
        return run;
      },
    };
  }

  #describe(): JsonValue {
    const { count, last } = this.#redrives;
    return {
      Id: this.arn,
      Input: JSON.parse(this.input),
      Name: this.name,
      StartTime: this.started.toISOString(),
      RedriveCount: count,
      ...(last === undefined ? {} : { RedriveTime: last.toISOString() }),
    };
  }
}

function startTimeout(
  { TimeoutSeconds: seconds }: Machine['definition'],
  stopper: AbortController,
): NodeJS.Timeout | undefined {
  if (seconds === undefined) return undefined;
  const error = new ExecutionStoppedError('TIMED_OUT', {
    name: timeoutError,
    cause: `The execution did not end within ${seconds} seconds.`,
  });
  return setTimeout(() => stopper.abort(error), limitTimerMs(seconds * 1000));
}

function toEndState(error: unknown, stopped: Date): ExecutionState {
  if (error instanceof ExecutionStoppedError) {
    return { status: error.status, stopped, error: error.errorName, cause: error.message };
  }
  if (error instanceof StatesError) {
    return { status: 'FAILED', stopped, error: error.errorName, cause: error.message };
  }
  const cause = `Internal error of the local stack: ${error instanceof Error ? error.stack : String(error)}`;
  return { status: 'FAILED', stopped, error: 'States.Runtime', cause };
}

const endEvents = {
  FAILED: { type: 'ExecutionFailed', details: 'executionFailedEventDetails' },
  TIMED_OUT: { type: 'ExecutionTimedOut', details: 'executionTimedOutEventDetails' },
  ABORTED: { type: 'ExecutionAborted', details: 'executionAbortedEventDetails' },
} as const;

function addEndEvent(history: History, end: ExecutionState): void {
  if (end.status === 'RUNNING') return;
  if (end.status === 'SUCCEEDED') {
    history.add('ExecutionSucceeded', { executionSucceededEventDetails: { output: end.output } });
    return;
  }
  const { type, details } = endEvents[end.status];
  history.add(type, { [details]: { error: end.error, cause: end.cause } });
}
