import type { JsonValue } from '../../../../local/endpoint/json-value.ts';
import type { FunctionAnswer } from '../../../../local/lambda/function-answer.ts';
import { readDefinition } from '../../../../local/step-functions/definition/read-definition.ts';
import type { Execution, ExecutionState } from '../../../../local/step-functions/execution/execution.ts';
import type { HistoryEvent } from '../../../../local/step-functions/execution/history.ts';
import type { StoredObjects } from '../../../../local/step-functions/execution/stored-objects.ts';
import { startExecution } from '../../../../local/step-functions/run-execution.ts';

/** The functions of a test by name. Each receives its payload, and returns its result or throws. */
export type TestFunctions = Readonly<Record<string, (payload: JsonValue) => JsonValue | Promise<JsonValue>>>;

export interface MachineOptions {
  readonly input?: JsonValue;
  readonly functions?: TestFunctions;
  /** The objects that a Map reads and writes, by `<bucket>/<key>`. The bucket `gone` refuses writes. */
  readonly objects?: Map<string, string>;
}

export interface MachineRun {
  readonly end: ExecutionState;
  /** The output of a successful execution. */
  readonly output: JsonValue | undefined;
  readonly events: readonly HistoryEvent[];
  /** The executions that Maps started, in order. */
  readonly children: readonly Execution[];
}

export function functionArn(name: string): string {
  return `arn:aws:lambda:us-east-1:000000000000:function:${name}`;
}

/** A machine with these states, which starts at the first one. */
export function machineOf(states: Readonly<Record<string, JsonValue>>, fields: object = {}): string {
  return JSON.stringify({ StartAt: Object.keys(states)[0], States: states, ...fields });
}

/** Runs the definition to its end; waits and retries take no time. */
export async function runMachine(definition: string, options: MachineOptions = {}): Promise<MachineRun> {
  const { execution, children } = startMachine(definition, options);
  await execution.ended;
  const end = execution.state();
  const output = end.status === 'SUCCEEDED' ? JSON.parse(end.output) : undefined;
  return { end, output, events: execution.history.events, children };
}

export function startMachine(
  definition: string,
  { input = {}, functions = {}, objects = new Map() }: MachineOptions = {},
): { readonly execution: Execution; readonly children: readonly Execution[] } {
  const arn = 'arn:aws:states:us-east-1:000000000000:stateMachine:pull';
  const machine = { name: 'pull', arn, definition: readDefinition('pull', definition) };
  const children: Execution[] = [];
  const execution = startExecution(
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

/** An error with this name, for a test function to throw. */
export function errorNamed(name: string): Error {
  return Object.assign(new Error(`a ${name}`), { name });
}
