import {
  type Execution,
  type ExecutionState,
  type ExecutionWorld,
  executionArn,
  type Machine,
  type NewExecution,
} from './execution.ts';
import { History } from './history.ts';
import type { JsonValue } from './json-path.ts';
import type { MapRun } from './map-run.ts';
import { type Position, type RunScope, runStates } from './run-states.ts';
import { StatesError, timeoutError } from './states-error.ts';
import { ExecutionStopped, pauseUntil, timerMs, untilAborted } from './stop-signal.ts';

/** Starts the execution and returns at once. */
export function beginExecution(created: NewExecution, world: ExecutionWorld): Execution {
  return new RunningExecution(created, world);
}

class RunningExecution implements Execution {
  readonly arn: string;
  readonly name: string;
  readonly machine: Machine;
  readonly input: string;
  readonly mapRunArn: string | undefined;
  readonly started: Date;
  readonly history: History;
  readonly #world: ExecutionWorld;
  #redrives: Execution['redrives'] = { count: 0, last: undefined };
  #position: Position;
  #mapRun: MapRun | undefined;
  #state: ExecutionState = { status: 'RUNNING' };
  #stopper = new AbortController();
  #ended: Promise<void>;

  constructor({ machine, name, input, mapRunArn }: NewExecution, world: ExecutionWorld) {
    this.machine = machine;
    this.name = name;
    this.arn = executionArn(machine, name);
    this.input = input;
    this.mapRunArn = mapRunArn;
    this.started = world.now();
    this.history = new History(world.now);
    this.#world = world;
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
    this.#stopper.abort(new ExecutionStopped('ABORTED', { name: error, cause }));
  }

  redrive(): void {
    const redriveCount = this.#redrives.count + 1;
    this.#redrives = { count: redriveCount, last: this.#world.now() };
    this.#state = { status: 'RUNNING' };
    this.#stopper = new AbortController();
    this.history.add('ExecutionRedriven', { executionRedrivenEventDetails: { redriveCount } });
    this.#ended = this.#run();
  }

  async #run(): Promise<void> {
    const { definition } = this.machine;
    // The time of a redriven execution begins anew.
    const timer = machineTimeout(definition, this.#stopper);
    const end = await runStates(definition, this.#position, this.#scope(this.#stopper.signal)).then(
      (output): ExecutionState => ({
        status: 'SUCCEEDED',
        stopped: this.#world.now(),
        output: JSON.stringify(output),
      }),
      (error: unknown) => endedBy(error, this.#world.now()),
    );
    clearTimeout(timer);
    this.#state = end;
    addEndEvent(this.history, end);
    this.#world.onEnd(this);
  }

  #scope(signal: AbortSignal): RunScope {
    const world = this.#world;
    const execution = this.#inContext();
    const machine = { Id: this.machine.arn, Name: this.machine.name };
    let running = { Name: '', EnteredTime: '', RetryCount: 0 };
    let redrivenRun = this.#mapRun;
    return {
      machine: this.machine,
      history: this.history,
      callFunction: world.callFunction,
      objects: world.objects,
      random: world.random,
      signal,
      context: () => ({ Execution: execution, StateMachine: machine, State: running }),
      enter: (position) => {
        running = { Name: position.state, EnteredTime: world.now().toISOString(), RetryCount: 0 };
        if (!position.isEntered) {
          this.#mapRun = undefined;
          redrivenRun = undefined;
        }
        this.#position = { ...position, isEntered: true };
      },
      countRetry: () => {
        running = { ...running, RetryCount: running.RetryCount + 1 };
      },
      pause: (seconds) => pauseUntil(seconds * world.waitScale * 1000, signal),
      untilStopped: (promise) => untilAborted(promise, signal),
      beginChild: (child) => {
        const begun = beginExecution(child, world);
        world.onChild(begun);
        return begun;
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

  #inContext(): JsonValue {
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

function machineTimeout(
  { TimeoutSeconds: seconds }: Machine['definition'],
  stopper: AbortController,
): NodeJS.Timeout | undefined {
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
