import { expect, test } from 'vitest';
import type { JsonValue } from '../../../../local/endpoint/json-value.ts';
import { functionArn, machineOf, runMachine } from './run-machine.ts';

const done = { Type: 'Succeed' };
const echo = { Type: 'Task', Resource: functionArn('echo'), End: true };
const functions = { echo: (payload: JsonValue) => payload };

const dataFlows: readonly {
  readonly title: string;
  readonly state: JsonValue;
  readonly input: JsonValue;
  readonly output: JsonValue;
}[] = [
  {
    title: 'A Task without fields passes its input to the function and returns its answer',
    state: echo,
    input: { a: 1 },
    output: { a: 1 },
  },
  {
    title: 'Parameters are built from the input and from literals',
    state: {
      ...echo,
      Parameters: { 'run.$': '$.run', fixed: [1, { two: 2 }], deep: { 'id.$': '$.run.id' } },
    },
    input: { run: { id: 'r' }, other: true },
    output: { run: { id: 'r' }, fixed: [1, { two: 2 }], deep: { id: 'r' } },
  },
  {
    title: 'Parameters can use the context object',
    state: {
      ...echo,
      Parameters: {
        'id.$': '$$.Execution.Id',
        'startedAt.$': '$$.Execution.StartTime',
        'state.$': '$$.State.Name',
      },
    },
    input: {},
    output: {
      id: 'arn:aws:states:us-east-1:000000000000:execution:pull:run-1',
      startedAt: '2026-11-20T02:15:00.000Z',
      state: 'Only',
    },
  },
  {
    title: 'ResultPath adds the result to the input',
    state: { ...echo, Parameters: { count: 3 }, ResultPath: '$.list.result' },
    input: { run: 1 },
    output: { run: 1, list: { result: { count: 3 } } },
  },
  {
    title: 'A ResultPath of null drops the result',
    state: { ...echo, Parameters: { count: 3 }, ResultPath: null },
    input: { run: 1 },
    output: { run: 1 },
  },
  {
    title: 'InputPath selects the input of the function, not the input that ResultPath adds to',
    state: { ...echo, InputPath: '$.run', ResultPath: '$.copy' },
    input: { run: { id: 1 } },
    output: { run: { id: 1 }, copy: { id: 1 } },
  },
  {
    title: 'ResultSelector shapes the result',
    state: { ...echo, ResultSelector: { 'first.$': "$.rows[0]['a name']" } },
    input: { rows: [{ 'a name': 'x' }] },
    output: { first: 'x' },
  },
  {
    title: 'OutputPath selects a part',
    state: { ...echo, OutputPath: '$.a' },
    input: { a: { b: 1 } },
    output: { b: 1 },
  },
  {
    title: 'The optimized integration wraps payload and result',
    state: {
      Type: 'Task',
      Resource: 'arn:aws:states:::lambda:invoke',
      Parameters: { FunctionName: functionArn('echo'), 'Payload.$': '$' },
      End: true,
    },
    input: { a: 1 },
    output: { ExecutedVersion: '$LATEST', StatusCode: 200, Payload: { a: 1 } },
  },
  {
    title: 'A Pass returns its Result',
    state: { Type: 'Pass', Result: { done: false, next: 0 }, ResultPath: '$.cursor', End: true },
    input: { run: 1 },
    output: { run: 1, cursor: { done: false, next: 0 } },
  },
  {
    title: 'A Pass returns its Parameters',
    state: { Type: 'Pass', Parameters: { 'kept.$': '$.run' }, End: true },
    input: { run: 1 },
    output: { kept: 1 },
  },
  {
    title: 'A Wait returns its input',
    state: { Type: 'Wait', Seconds: 60, End: true },
    input: { run: 1 },
    output: { run: 1 },
  },
];

test.each(dataFlows)('$title', async ({ state, input, output }) => {
  const definition = machineOf({ Only: state });

  const run = await runMachine(definition, { input, functions });

  expect(run.end.status).toBe('SUCCEEDED');
  expect(run.output).toEqual(output);
});

const choices: readonly {
  readonly title: string;
  readonly rule: Readonly<Record<string, JsonValue>>;
  readonly input: JsonValue;
  readonly holds: boolean;
}[] = [
  { title: 'an equal string', rule: { Variable: '$.a', StringEquals: 'x' }, input: { a: 'x' }, holds: true },
  { title: 'another string', rule: { Variable: '$.a', StringEquals: 'x' }, input: { a: 'y' }, holds: false },
  {
    title: 'a number instead of a string',
    rule: { Variable: '$.a', StringEquals: '1' },
    input: { a: 1 },
    holds: false,
  },
  {
    title: 'false for false',
    rule: { Variable: '$.a', BooleanEquals: false },
    input: { a: false },
    holds: true,
  },
  { title: 'an equal number', rule: { Variable: '$.a', NumericEquals: 0 }, input: { a: 0 }, holds: true },
  { title: 'a present value', rule: { Variable: '$.a', IsPresent: true }, input: { a: null }, holds: true },
  { title: 'a missing value', rule: { Variable: '$.a.b', IsPresent: true }, input: { a: 1 }, holds: false },
  { title: 'absence', rule: { Variable: '$.a', IsPresent: false }, input: {}, holds: true },
  {
    title: 'a negation',
    rule: { Not: { Variable: '$.a', StringEquals: 'x' } },
    input: { a: 'y' },
    holds: true,
  },
  {
    title: 'one of two rules of And',
    rule: {
      And: [
        { Variable: '$.a', StringEquals: 'x' },
        { Variable: '$.b', NumericEquals: 1 },
      ],
    },
    input: { a: 'x', b: 2 },
    holds: false,
  },
  {
    title: 'one of two rules of Or',
    rule: {
      Or: [
        { Variable: '$.a', StringEquals: 'x' },
        { Variable: '$.b', NumericEquals: 2 },
      ],
    },
    input: { a: 'y', b: 2 },
    holds: true,
  },
];

test.each(choices)('A Choice with $title: matches is $holds', async ({ rule, input, holds }) => {
  const definition = machineOf({
    Ask: { Type: 'Choice', Choices: [{ ...rule, Next: 'Yes' }], Default: 'No' },
    Yes: { Type: 'Pass', Result: true, End: true },
    No: { Type: 'Pass', Result: false, End: true },
  });

  const run = await runMachine(definition, { input });

  expect(run.output).toBe(holds);
});

const failures: readonly {
  readonly title: string;
  readonly state: JsonValue;
  readonly input?: JsonValue;
  readonly error: string;
}[] = [
  {
    title: 'A Choice without a matching rule',
    state: { Type: 'Choice', Choices: [{ Variable: '$.a', StringEquals: 'x', Next: 'End' }] },
    input: { a: 'y' },
    error: 'States.NoChoiceMatched',
  },
  {
    title: 'A Choice whose variable is missing',
    state: { Type: 'Choice', Choices: [{ Variable: '$.a', StringEquals: 'x', Next: 'End' }], Default: 'End' },
    error: 'States.Runtime',
  },
  {
    title: 'A parameter whose path has no value',
    state: { ...echo, Parameters: { 'run.$': '$.run' } },
    error: 'States.Runtime',
  },
  {
    title: 'A result that cannot be placed in a string',
    state: { ...echo, Parameters: {}, ResultPath: '$.a.b' },
    input: { a: 'text' },
    error: 'States.ResultPathMatchFailure',
  },
  {
    title: 'A Fail state with an error',
    state: { Type: 'Fail', Error: 'RunHalted', Cause: 'A guard.' },
    error: 'RunHalted',
  },
  {
    title: 'A Fail state with the error at a path',
    state: { Type: 'Fail', ErrorPath: '$.error.Error', CausePath: '$.error.Cause' },
    input: { error: { Error: 'PermanentError', Cause: 'x' } },
    error: 'PermanentError',
  },
];

test.each(failures)('$title ends the execution as $error', async ({ state, input = {}, error }) => {
  const definition = machineOf({ Only: state, End: done });

  const run = await runMachine(definition, { input, functions });

  expect(run.end).toMatchObject({ status: 'FAILED', error });
});

test('A loop of Choice and Task runs until the answer ends it', async () => {
  const definition = machineOf({
    Begin: { Type: 'Pass', Result: { done: false, next: 0 }, ResultPath: '$.cursor', Next: 'Transfer' },
    Transfer: {
      Type: 'Task',
      Resource: functionArn('transfer'),
      Parameters: { 'cursor.$': '$.cursor' },
      ResultPath: '$.cursor',
      Next: 'IsAll',
    },
    IsAll: {
      Type: 'Choice',
      Choices: [{ Variable: '$.cursor.done', BooleanEquals: true, Next: 'Done' }],
      Default: 'Transfer',
    },
    Done: done,
  });
  let calls = 0;
  const transfer = () => {
    calls += 1;
    return { done: calls === 3, next: calls };
  };

  const run = await runMachine(definition, { functions: { transfer } });

  expect(run.output).toEqual({ cursor: { done: true, next: 3 } });
});

test('An endless loop ends at the event limit of the service', async () => {
  const definition = machineOf({
    A: { Type: 'Pass', Next: 'B' },
    B: { Type: 'Pass', Next: 'A' },
  });

  const run = await runMachine(definition);

  expect(run.end).toMatchObject({ status: 'FAILED', error: 'States.Runtime' });
  expect(run.events.length).toBeGreaterThanOrEqual(25_000);
});

test('The history has each state, call and end in order', async () => {
  const definition = machineOf({
    Only: { Type: 'Task', Resource: functionArn('echo'), Next: 'Done' },
    Done: done,
  });

  const run = await runMachine(definition, { functions });

  expect(run.events.map(({ type }) => type)).toEqual([
    'ExecutionStarted',
    'TaskStateEntered',
    'LambdaFunctionScheduled',
    'LambdaFunctionSucceeded',
    'TaskStateExited',
    'SucceedStateEntered',
    'SucceedStateExited',
    'ExecutionSucceeded',
  ]);
});
