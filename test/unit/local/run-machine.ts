import { beginExecution, type ExecutionState } from '../../../cli/local/states/execution.ts';
import type { HistoryEvent } from '../../../cli/local/states/history.ts';
import type { JsonValue } from '../../../cli/local/states/json-path.ts';
import { readDefinition } from '../../../cli/local/states/read-definition.ts';
import type { FunctionAnswer } from '../../../cli/local/states/task-call.ts';

/** The functions of a test by name: each gets its payload and gives its result, or throws. */
export type TestFunctions = Readonly<Record<string, (payload: JsonValue) => JsonValue | Promise<JsonValue>>>;

export interface MachineRun {
  readonly end: ExecutionState;
  /** The output of an execution that succeeded. */
  readonly output: JsonValue | undefined;
  readonly events: readonly HistoryEvent[];
}

export function functionArn(name: string): string {
  return `arn:aws:lambda:us-east-1:000000000000:function:${name}`;
}

/** A machine of these states that starts at the first one. */
export function machineOf(states: Readonly<Record<string, JsonValue>>, fields: object = {}): string {
  return JSON.stringify({ StartAt: Object.keys(states)[0], States: states, ...fields });
}

/** Runs the definition to its end; waits and retries take no time. */
export async function runMachine(
  definition: string,
  { input = {}, functions = {} }: { readonly input?: JsonValue; readonly functions?: TestFunctions } = {},
): Promise<MachineRun> {
  const execution = startMachine(definition, { input, functions });
  await execution.ended;
  const end = execution.state();
  const output = end.status === 'SUCCEEDED' ? JSON.parse(end.output) : undefined;
  return { end, output, events: execution.history.events };
}

export function startMachine(
  definition: string,
  { input = {}, functions = {} }: { readonly input?: JsonValue; readonly functions?: TestFunctions } = {},
) {
  const arn = 'arn:aws:states:us-east-1:000000000000:stateMachine:pull';
  const machine = { name: 'pull', arn, definition: readDefinition(definition) };
  return beginExecution(
    { machine, name: 'run-1', input: JSON.stringify(input) },
    {
      callFunction: (functionArn, payload) => answer(functions, functionArn, payload),
      now: () => new Date('2026-11-20T02:15:00Z'),
      random: () => 0.5,
      waitScale: 0,
    },
  );
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
