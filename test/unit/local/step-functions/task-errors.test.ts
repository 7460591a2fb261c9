import { expect, test } from 'vitest';
import { errorNamed, functionArn, machineOf, runMachine, startMachine } from './run-machine.ts';

const step = { Type: 'Task', Resource: functionArn('step'), End: true };
const done = { Type: 'Succeed' };

/** A function that fails with these errors in order, and then returns the number of calls. */
function failWith(...names: readonly string[]) {
  const calls = { count: 0 };
  const call = () => {
    const name = names[calls.count];
    calls.count += 1;
    if (name !== undefined) throw errorNamed(name);
    return calls.count;
  };
  return { calls, functions: { step: call } };
}

test('A Retry that matches the error calls again until the function succeeds', async () => {
  const { functions } = failWith('TransientError', 'TransientError');
  const retry = [{ ErrorEquals: ['TransientError'], MaxAttempts: 3 }];

  const run = await runMachine(machineOf({ Step: { ...step, Retry: retry } }), { functions });

  expect(run.output).toBe(3);
});

test('After the last attempt the error remains', async () => {
  const { calls, functions } = failWith(
    'TransientError',
    'TransientError',
    'TransientError',
    'TransientError',
  );
  const retry = [{ ErrorEquals: ['TransientError'], MaxAttempts: 2 }];

  const run = await runMachine(machineOf({ Step: { ...step, Retry: retry } }), { functions });

  expect(run.end).toMatchObject({ status: 'FAILED', error: 'TransientError' });
  expect(calls.count).toBe(3);
});

test('An error that no Retry matches is not retried', async () => {
  const { calls, functions } = failWith('PermanentError');
  const retry = [{ ErrorEquals: ['TransientError'] }];

  const run = await runMachine(machineOf({ Step: { ...step, Retry: retry } }), { functions });

  expect(run.end).toMatchObject({ status: 'FAILED', error: 'PermanentError' });
  expect(calls.count).toBe(1);
});

test('Each Retry counts its own attempts', async () => {
  const { functions } = failWith('TransientError', 'Sandbox.Timedout', 'TransientError');
  const retry = [
    { ErrorEquals: ['TransientError'], MaxAttempts: 2 },
    { ErrorEquals: ['Sandbox.Timedout'], MaxAttempts: 1 },
  ];

  const run = await runMachine(machineOf({ Step: { ...step, Retry: retry } }), { functions });

  expect(run.output).toBe(4);
});

test('A Catch continues with the error added to the input', async () => {
  const { functions } = failWith('PermanentError');
  const caught = { ...step, Catch: [{ ErrorEquals: ['States.ALL'], ResultPath: '$.error', Next: 'Done' }] };

  const run = await runMachine(machineOf({ Step: caught, Done: done }), { input: { run: 1 }, functions });

  expect(run.output).toMatchObject({ run: 1, error: { Error: 'PermanentError' } });
});

test("A caught error's cause is the function's error document", async () => {
  const { functions } = failWith('PermanentError');
  const caught = { ...step, Catch: [{ ErrorEquals: ['States.TaskFailed'], Next: 'Cause' }] };
  const cause = { Type: 'Pass', InputPath: '$.Cause', End: true };

  const run = await runMachine(machineOf({ Step: caught, Cause: cause }), { functions });

  expect(JSON.parse(String(run.output))).toMatchObject({ errorType: 'PermanentError' });
});

test('The first Catch that matches the error applies', async () => {
  const { functions } = failWith('PermanentError');
  const caught = {
    ...step,
    Catch: [
      { ErrorEquals: ['Other'], Next: 'Wrong' },
      { ErrorEquals: ['PermanentError'], Next: 'Right' },
      { ErrorEquals: ['States.ALL'], Next: 'Wrong' },
    ],
  };
  const states = {
    Step: caught,
    Right: { Type: 'Pass', Result: 'right', End: true },
    Wrong: { Type: 'Pass', Result: 'wrong', End: true },
  };

  const run = await runMachine(machineOf(states), { functions });

  expect(run.output).toBe('right');
});

test('A result of more than 256 KiB ends the execution, and no Catch matches it', async () => {
  const caught = { ...step, Catch: [{ ErrorEquals: ['States.ALL'], Next: 'Done' }] };
  const functions = { step: () => 'x'.repeat(262_144) };

  const run = await runMachine(machineOf({ Step: caught, Done: done }), { functions });

  expect(run.end).toMatchObject({ status: 'FAILED', error: 'States.DataLimitExceeded' });
});

test('A missing path is not caught by States.ALL', async () => {
  const caught = {
    ...step,
    Parameters: { 'a.$': '$.missing' },
    Catch: [{ ErrorEquals: ['States.ALL'], Next: 'Done' }],
  };

  const run = await runMachine(machineOf({ Step: caught, Done: done }), { functions: { step: () => 1 } });

  expect(run.end).toMatchObject({ status: 'FAILED', error: 'States.Runtime' });
});

test("A Task's timeout is an error that Catch can match", async () => {
  const caught = {
    ...step,
    TimeoutSeconds: 1,
    Catch: [{ ErrorEquals: ['States.Timeout'], ResultPath: '$.error', Next: 'Done' }],
  };
  const functions = { step: () => new Promise<never>(() => {}) };

  const run = await runMachine(machineOf({ Step: caught, Done: done }), { functions });

  expect(run.output).toMatchObject({ error: { Error: 'States.Timeout' } });
});

test("A machine's timeout ends the execution as timed out", async () => {
  const functions = { step: () => new Promise<never>(() => {}) };

  const run = await runMachine(machineOf({ Step: step }, { TimeoutSeconds: 1 }), { functions });

  expect(run.end).toMatchObject({ status: 'TIMED_OUT', error: 'States.Timeout' });
});

test('A stopped execution ends as aborted while its function runs', async () => {
  const functions = { step: () => new Promise<never>(() => {}) };
  const { execution } = startMachine(machineOf({ Step: step }), { functions });

  execution.stop('Operator', 'stopped by hand');
  await execution.ended;

  expect(execution.state()).toMatchObject({ status: 'ABORTED', error: 'Operator', cause: 'stopped by hand' });
});
