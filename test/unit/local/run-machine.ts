import type { Execution, ExecutionState } from '../../../cli/local/states/execution.ts';
import type { HistoryEvent } from '../../../cli/local/states/history.ts';
import type { JsonValue } from '../../../cli/local/states/json-path.ts';
import { readDefinition } from '../../../cli/local/states/read-definition.ts';
import { beginExecution } from '../../../cli/local/states/run-execution.ts';
import type { StoredObjects } from '../../../cli/local/states/stored-objects.ts';
import type { FunctionAnswer } from '../../../cli/local/states/task-call.ts';

/** The functions of a test by name: each gets its payload and gives its result, or throws. */
export type TestFunctions = Readonly<Record<string, (payload: JsonValue) => JsonValue | Promise<JsonValue>>>;

/** What a machine is run with. */
export interface Surroundings {
  readonly input?: JsonValue;
  readonly functions?: TestFunctions;
  /** By `<bucket>/<key>`: what a Map reads, and what it wrote. A bucket that is `gone` refuses to be written to. */
  readonly objects?: Map<string, string>;
}

export interface MachineRun {
  readonly end: ExecutionState;
  /** The output of an execution that succeeded. */
  readonly output: JsonValue | undefined;
  readonly events: readonly HistoryEvent[];
  /** The executions that Maps started, in the order of their beginning. */
  readonly children: readonly Execution[];
}

export function functionArn(name: string): string {
  return `arn:aws:lambda:us-east-1:000000000000:function:${name}`;
}

/** A machine of these states that starts at the first one. */
export function machineOf(states: Readonly<Record<string, JsonValue>>, fields: object = {}): string {
  return JSON.stringify({ StartAt: Object.keys(states)[0], States: states, ...fields });
}

/** Runs the definition to its end; waits and retries take no time. */
export async function runMachine(definition: string, surroundings: Surroundings = {}): Promise<MachineRun> {
  const { execution, children } = startMachine(definition, surroundings);
  await execution.ended;
  const end = execution.state();
  const output = end.status === 'SUCCEEDED' ? JSON.parse(end.output) : undefined;
  return { end, output, events: execution.history.events, children };
}

export function startMachine(
  definition: string,
  { input = {}, functions = {}, objects = new Map() }: Surroundings = {},
): { readonly execution: Execution; readonly children: readonly Execution[] } {
  const arn = 'arn:aws:states:us-east-1:000000000000:stateMachine:pull';
  const machine = { name: 'pull', arn, definition: readDefinition(definition) };
  const children: Execution[] = [];
  const execution = beginExecution(
    { machine, name: 'run-1', input: JSON.stringify(input) },
    {
      callFunction: (functionArn, payload) => answer(functions, functionArn, payload),
      objects: objectsIn(objects),
      onChild: (child) => children.push(child),
      onEnd: () => undefined,
      now: () => new Date('2026-11-20T02:15:00Z'),
      random: () => 0.5,
      waitScale: 0,
    },
  );
  return { execution, children };
}

function objectsIn(objects: Map<string, string>): StoredObjects {
  return {
    read: async ({ bucket, key }) => {
      const text = objects.get(`${bucket}/${key}`);
      if (text === undefined) throw new Error('NoSuchKey');
      return text;
    },
    write: async ({ bucket, key }, text) => {
      if (bucket === 'gone') throw new Error('NoSuchBucket');
      objects.set(`${bucket}/${key}`, text);
    },
  };
}

async function answer(functions: TestFunctions, arn: string, payload: string): Promise<FunctionAnswer> {
  const name = arn.split(':').at(-1) ?? '';
  const call = functions[name];
  if (call === undefined) throw new Error(`The test has no function '${name}'`);
  try {
    return { kind: 'returned', payload: JSON.stringify(await call(JSON.parse(payload))) };
  } catch (error) {
    const errorType = error instanceof Error ? error.name : 'Error';
    return { kind: 'failed', errorType, payload: JSON.stringify({ errorType, errorMessage: String(error) }) };
  }
}

/** An error of this name, for a function of a test to throw. */
export function errorNamed(name: string): Error {
  return Object.assign(new Error(`a ${name}`), { name });
}
