import { setImmediate as turn } from 'node:timers/promises';
import { expect, test } from 'vitest';
import type { JsonValue } from '../../../../local/endpoint/json-value.ts';
import type { Execution } from '../../../../local/step-functions/execution/execution.ts';
import { redriveRefusal } from '../../../../local/step-functions/execution/execution.ts';
import { linesOf, mapInput, mapMachine } from './map-machine.ts';
import { errorNamed, functionArn, machineOf, startMachine } from './run-machine.ts';

const done = { Type: 'Succeed' };
const first = {
  Type: 'Task',
  Resource: functionArn('first'),
  ResultPath: '$.first',
  Next: 'Second',
};
const second = {
  Type: 'Task',
  Resource: functionArn('second'),
  Parameters: {
    'given.$': '$',
    'redrives.$': '$$.Execution.RedriveCount',
    'retries.$': '$$.State.RetryCount',
  },
  Next: 'Done',
};

/** A function that fails as many times, and then returns its payload. */
function failFirst(failures: number) {
  const given: JsonValue[] = [];
  const call = (payload: JsonValue) => {
    given.push(payload);
    if (given.length <= failures) throw errorNamed('PermanentError');
    return payload;
  };
  return { given, call };
}

async function redrive(execution: Execution): Promise<void> {
  await execution.ended;
  execution.redrive();
  await execution.ended;
}

test('A redriven execution resumes at the failed state, with the same input and one more redrive', async () => {
  const one = failFirst(0);
  const two = failFirst(1);
  const { execution } = startMachine(machineOf({ First: first, Second: second, Done: done }), {
    input: { a: 1 },
    functions: { first: () => one.call('first'), second: two.call },
  });

  await redrive(execution);

  const given = { a: 1, first: 'first' };
  expect(execution.state().status).toBe('SUCCEEDED');
  expect(one.given).toEqual(['first']);
  expect(two.given).toEqual([
    { given, redrives: 0, retries: 0 },
    { given, redrives: 1, retries: 0 },
  ]);
});

test('The history continues where it ended', async () => {
  const { execution } = startMachine(machineOf({ Second: second, Done: done }), {
    functions: { second: failFirst(1).call },
  });

  await redrive(execution);

  expect(execution.history.events.map(({ type }) => type)).toEqual([
    'ExecutionStarted',
    'TaskStateEntered',
    'LambdaFunctionScheduled',
    'LambdaFunctionFailed',
    'ExecutionFailed',
    'ExecutionRedriven',
    'LambdaFunctionScheduled',
    'LambdaFunctionSucceeded',
    'TaskStateExited',
    'SucceedStateEntered',
    'SucceedStateExited',
    'ExecutionSucceeded',
  ]);
  expect(execution.history.events[5]?.details).toEqual({
    executionRedrivenEventDetails: { redriveCount: 1 },
  });
});

test('A redriven execution has all its retries again', async () => {
  const { given, call } = failFirst(3);
  const Retry = [{ ErrorEquals: ['PermanentError'], MaxAttempts: 1 }];
  const { execution } = startMachine(machineOf({ Second: { ...second, Retry }, Done: done }), {
    functions: { second: call },
  });

  await redrive(execution);

  expect(execution.state().status).toBe('SUCCEEDED');
  expect(given).toHaveLength(4);
});

test('A Fail state fails again', async () => {
  const { execution } = startMachine(machineOf({ Failed: { Type: 'Fail', Error: 'RunFailed' } }));

  await redrive(execution);

  expect(execution.state()).toMatchObject({ status: 'FAILED', error: 'RunFailed' });
  expect(execution.redrives.count).toBe(1);
});

test('An aborted execution can be redriven', async () => {
  const calls = { count: 0 };
  const call = () => {
    calls.count += 1;
    return calls.count === 1 ? new Promise<never>(() => {}) : 'done';
  };
  const { execution } = startMachine(machineOf({ Second: second, Done: done }), {
    functions: { second: call },
  });
  while (calls.count === 0) await turn();
  execution.stop('Operator', 'enough');

  await redrive(execution);

  expect(execution.state()).toMatchObject({ status: 'SUCCEEDED', output: '"done"' });
});

test('A running or successful execution cannot be redriven', async () => {
  const { execution } = startMachine(machineOf({ Done: done }));

  const running = redriveRefusal(execution);
  await execution.ended;

  expect(running).toBe('Execution is RUNNING and cannot be redriven.');
  expect(redriveRefusal(execution)).toBe('Execution is SUCCEEDED and cannot be redriven.');
});

test('An execution whose history is full cannot be redriven', async () => {
  const { execution } = startMachine(
    machineOf({ A: { Type: 'Pass', Next: 'B' }, B: { Type: 'Pass', Next: 'A' } }),
  );
  await execution.ended;

  const refusal = redriveRefusal(execution);

  expect(refusal).toBe('Execution history event limit exceeded.');
});

test('A redrive of a failed Map redrives its failed children and starts those that have not started', async () => {
  const given: JsonValue[] = [];
  const step = (payload: JsonValue) => {
    given.push(payload);
    if (given.length === 2) throw errorNamed('PermanentError');
    return payload;
  };
  const { execution, children } = startMachine(mapMachine({ MaxConcurrency: 1 }), {
    input: mapInput,
    functions: { step },
    objects: linesOf(['a', 'b', 'c']),
  });

  await redrive(execution);

  expect(execution.state().status).toBe('SUCCEEDED');
  expect(given).toEqual(['a', 'b', 'b', 'c']);
  expect(children.map((child) => child.redrives.count)).toEqual([0, 1, 0]);
  expect(new Set(children.map(({ mapRunArn }) => mapRunArn)).size).toBe(1);
  expect(execution.history.events.map(({ type }) => type)).toContain('MapRunRedriven');
});

test('A redrive of a Map that could not read its items reads them again', async () => {
  const objects = new Map<string, string>();
  const { execution, children } = startMachine(mapMachine(), {
    input: mapInput,
    functions: { step: (payload) => payload },
    objects,
  });
  await execution.ended;
  for (const [place, text] of linesOf(['a'])) objects.set(place, text);

  await redrive(execution);

  expect(execution.state().status).toBe('SUCCEEDED');
  expect(children.map(({ input }) => input)).toEqual(['"a"']);
});

test('A successful Map before the failed state is not redriven', async () => {
  const share = JSON.parse(mapMachine()).States.Share;
  const { execution, children } = startMachine(
    machineOf({
      Share: { ...share, ResultPath: null, End: undefined, Next: 'Second' },
      Second: second,
      Done: done,
    }),
    {
      input: mapInput,
      functions: { step: (payload) => payload, second: failFirst(1).call },
      objects: linesOf(['a']),
    },
  );

  await redrive(execution);

  expect(execution.state().status).toBe('SUCCEEDED');
  expect(children.map((child) => child.redrives.count)).toEqual([0]);
});
