import { setImmediate as turn } from 'node:timers/promises';
import { expect, test } from 'vitest';
import type { JsonValue } from '../../../cli/local/states/json-path.ts';
import { linesOf, mapInput, mapMachine, mapOfLines } from './map-machine.ts';
import { errorNamed, machineOf, runMachine, startMachine } from './run-machine.ts';

const numbers = Array.from({ length: 10 }, (_, index) => index);

/** A function that keeps what it was given, and fails for some of it. */
function recorder(failsFor: (payload: JsonValue) => boolean = () => false) {
  const given: JsonValue[] = [];
  const step = (payload: JsonValue) => {
    given.push(payload);
    if (failsFor(payload)) throw errorNamed('PermanentFault');
    return { did: payload };
  };
  return { given, functions: { step } };
}

test('Each line of the document is an execution of its own', async () => {
  const { given, functions } = recorder();

  const run = await runMachine(mapMachine(), {
    input: mapInput,
    functions,
    objects: linesOf(['a', { b: 1 }]),
  });

  expect(run.end.status).toBe('SUCCEEDED');
  expect(given).toEqual(['a', { b: 1 }]);
  expect(run.children.map((child) => child.history.events[0]?.type)).toEqual([
    'ExecutionStarted',
    'ExecutionStarted',
  ]);
});

test('Each element of a JSON array is an execution of its own', async () => {
  const { given, functions } = recorder();
  const ItemReader = { ...mapOfLines.ItemReader, ReaderConfig: { InputType: 'JSON' } };
  const objects = new Map([['runs/batches.jsonl', '[1, 2,\n 3]']]);

  await runMachine(mapMachine({ ItemReader }), { input: mapInput, functions, objects });

  expect(given).toEqual([1, 2, 3]);
});

test('ItemSelector makes the input of a child from the state, the item and its index', async () => {
  const { given, functions } = recorder();
  const ItemSelector = {
    'run.$': '$.run',
    'batch.$': '$$.Map.Item.Value',
    'at.$': '$$.Map.Item.Index',
    'size.$': '$$.Map.Item.Value.size',
    cursor: { done: false },
  };

  await runMachine(mapMachine({ ItemSelector }), {
    input: { ...mapInput, run: { id: 'r1' } },
    functions,
    objects: linesOf([{ size: 7 }]),
  });

  expect(given).toEqual([{ run: { id: 'r1' }, batch: { size: 7 }, at: 0, size: 7, cursor: { done: false } }]);
});

test('ItemBatcher gives several items to one child, with what they share', async () => {
  const { given, functions } = recorder();
  const ItemBatcher = { MaxItemsPerBatch: 4, BatchInput: { 'run.$': '$.run' } };

  await runMachine(mapMachine({ ItemBatcher }), {
    input: { ...mapInput, run: 'r1' },
    functions,
    objects: linesOf(numbers),
  });

  expect(given).toEqual([
    { BatchInput: { run: 'r1' }, Items: [0, 1, 2, 3] },
    { BatchInput: { run: 'r1' }, Items: [4, 5, 6, 7] },
    { BatchInput: { run: 'r1' }, Items: [8, 9] },
  ]);
});

test('A child is named and sees itself as the service has it', async () => {
  const seen: JsonValue[] = [];
  const context = { Type: 'Pass', Parameters: { 'context.$': '$$' }, Next: 'Step' };
  const States = { See: context, ...mapOfLines.ItemProcessor.States };
  const ItemProcessor = { ...mapOfLines.ItemProcessor, StartAt: 'See', States };
  const step = (payload: JsonValue) => {
    seen.push(payload);
    return null;
  };

  const run = await runMachine(mapMachine({ ItemProcessor }), {
    input: mapInput,
    functions: { step },
    objects: linesOf(['a']),
  });

  const [child] = run.children;
  const account = 'arn:aws:states:us-east-1:000000000000';
  expect(child?.arn).toMatch(new RegExp(`^${account}:execution:pull/Share:[0-9a-f-]{36}$`));
  expect(child?.mapRunArn).toMatch(new RegExp(`^${account}:mapRun:pull/Share:[0-9a-f-]{36}$`));
  expect(seen).toMatchObject([
    {
      context: {
        Execution: { Id: child?.arn, Name: child?.name, Input: 'a', RedriveCount: 0 },
        StateMachine: { Id: `${account}:stateMachine:pull/Share` },
        State: { Name: 'See' },
      },
    },
  ]);
});

const limits: readonly {
  readonly title: string;
  readonly fields: Readonly<Record<string, JsonValue>>;
  readonly most: number;
}[] = [
  { title: 'MaxConcurrency', fields: { MaxConcurrency: 7 }, most: 7 },
  { title: 'MaxConcurrencyPath', fields: { MaxConcurrencyPath: '$.workers' }, most: 7 },
  { title: 'MaxConcurrency of 1', fields: { MaxConcurrency: 1 }, most: 1 },
];

test.each(limits)(
  'Of 1,000 items no more run at once than $title says, and as many',
  async ({ fields, most }) => {
    const items = Array.from({ length: 1_000 }, (_, index) => index);
    const now = { running: 0, most: 0, done: 0 };
    const step = async () => {
      now.running += 1;
      now.most = Math.max(now.most, now.running);
      await turn();
      now.running -= 1;
      now.done += 1;
      return null;
    };

    const run = await runMachine(mapMachine(fields), {
      input: { ...mapInput, workers: 7 },
      functions: { step },
      objects: linesOf(items),
    });

    expect(run.end.status).toBe('SUCCEEDED');
    expect(now).toEqual({ running: 0, most, done: 1_000 });
  },
);

test('A MaxConcurrency of 0 is no limit', async () => {
  const together = Promise.withResolvers<null>();
  const begun = { count: 0 };
  const step = () => {
    begun.count += 1;
    if (begun.count === 50) together.resolve(null);
    return together.promise;
  };

  const run = await runMachine(mapMachine({ MaxConcurrency: 0 }), {
    input: mapInput,
    functions: { step },
    objects: linesOf(Array.from({ length: 50 }, () => 'x')),
  });

  expect(run.end.status).toBe('SUCCEEDED');
});

const tolerances: readonly {
  readonly title: string;
  readonly fields: Readonly<Record<string, JsonValue>>;
  readonly failing: number;
  readonly status: 'SUCCEEDED' | 'FAILED';
}[] = [
  { title: 'nothing said', fields: {}, failing: 1, status: 'FAILED' },
  { title: '100 percent', fields: { ToleratedFailurePercentage: 100 }, failing: 10, status: 'SUCCEEDED' },
  { title: '30 percent', fields: { ToleratedFailurePercentage: 30 }, failing: 3, status: 'SUCCEEDED' },
  { title: '30 percent', fields: { ToleratedFailurePercentage: 30 }, failing: 4, status: 'FAILED' },
  { title: 'a count of 2', fields: { ToleratedFailureCount: 2 }, failing: 2, status: 'SUCCEEDED' },
  { title: 'a count of 2', fields: { ToleratedFailureCount: 2 }, failing: 3, status: 'FAILED' },
  {
    title: 'a count of 2 and 100 percent',
    fields: { ToleratedFailureCount: 2, ToleratedFailurePercentage: 100 },
    failing: 3,
    status: 'FAILED',
  },
  {
    title: 'a count of 2, and batches of 3 items',
    fields: { ToleratedFailureCount: 2, ItemBatcher: { MaxItemsPerBatch: 3 } },
    failing: 1,
    status: 'FAILED',
  },
];

test.each(tolerances)(
  'With $title, $failing failures of 10 make it $status',
  async ({ fields, failing, status }) => {
    const calls = { count: 0 };
    const step = () => {
      calls.count += 1;
      if (calls.count <= failing) throw errorNamed('PermanentFault');
      return null;
    };

    const run = await runMachine(mapMachine({ MaxConcurrency: 1, ...fields }), {
      input: mapInput,
      functions: { step },
      objects: linesOf(numbers),
    });

    expect(run.end.status).toBe(status);
  },
);

test('Beyond what is tolerated no further child starts, and those that run are aborted', async () => {
  const forever = new Promise<never>(() => {});
  const step = (payload: JsonValue) => {
    if (payload === 1) throw errorNamed('PermanentFault');
    return forever;
  };

  const run = await runMachine(mapMachine({ MaxConcurrency: 2 }), {
    input: mapInput,
    functions: { step },
    objects: linesOf(numbers),
  });

  expect(run.end).toMatchObject({ status: 'FAILED', error: 'States.ExceedToleratedFailureThreshold' });
  expect(run.children.map((child) => child.state().status)).toEqual(['ABORTED', 'FAILED']);
});

const failures: readonly {
  readonly title: string;
  readonly fields?: Readonly<Record<string, JsonValue>>;
  readonly input?: JsonValue;
  readonly text: string;
  readonly error: string;
}[] = [
  {
    title: 'A document that is not there',
    input: { ...mapInput, itemsKey: 'none' },
    text: '',
    error: 'States.ItemReaderFailed',
  },
  { title: 'A line that is no JSON', text: '{"a":1}\n{"a":\n', error: 'States.ItemReaderFailed' },
  {
    title: 'A JSON document that is no array',
    fields: { ItemReader: { ...mapOfLines.ItemReader, ReaderConfig: { InputType: 'JSON' } } },
    text: '{"a":1}',
    error: 'States.ItemReaderFailed',
  },
  {
    title: 'Results that cannot be written',
    fields: {
      ResultWriter: { ...mapOfLines.ResultWriter, Parameters: { Bucket: 'gone', Prefix: 'results' } },
    },
    text: '1\n',
    error: 'States.ResultWriterFailed',
  },
  {
    title: 'A key that is missing in the input',
    input: { resultsPrefix: 'results' },
    text: '',
    error: 'States.Runtime',
  },
  {
    title: 'A limit that is no number',
    fields: { MaxConcurrencyPath: '$.itemsKey' },
    text: '1\n',
    error: 'States.Runtime',
  },
  {
    title: 'An input of a child of more than 256 KiB',
    text: `"${'x'.repeat(262_144)}"\n`,
    error: 'States.DataLimitExceeded',
  },
];

test.each(failures)('$title ends the Map as $error', async ({ fields, input = mapInput, text, error }) => {
  const { functions } = recorder();
  const objects = new Map([['runs/batches.jsonl', text]]);

  const run = await runMachine(mapMachine(fields), { input, functions, objects });

  expect(run.end).toMatchObject({ status: 'FAILED', error });
});

test('A Map without items ends well', async () => {
  const { given, functions } = recorder();

  const run = await runMachine(mapMachine(), { input: mapInput, functions, objects: linesOf([]) });

  expect(run.end.status).toBe('SUCCEEDED');
  expect(given).toEqual([]);
});

test('A Catch leads on with the error of the Map beside its input', async () => {
  const { functions } = recorder(() => true);
  const Catch = [{ ErrorEquals: ['States.ALL'], ResultPath: '$.error', Next: 'Done' }];
  const definition = machineOf({ Share: { ...mapOfLines, Catch }, Done: { Type: 'Succeed' } });

  const run = await runMachine(definition, { input: mapInput, functions, objects: linesOf([1]) });

  expect(run.output).toMatchObject({
    ...mapInput,
    error: { Error: 'States.ExceedToleratedFailureThreshold' },
  });
});

test('A Retry of the Map is another Map run over all items', async () => {
  const calls = { count: 0 };
  const step = () => {
    calls.count += 1;
    if (calls.count === 2) throw errorNamed('PermanentFault');
    return null;
  };
  const Retry = [{ ErrorEquals: ['States.ExceedToleratedFailureThreshold'], MaxAttempts: 1 }];

  const run = await runMachine(mapMachine({ Retry, MaxConcurrency: 1 }), {
    input: mapInput,
    functions: { step },
    objects: linesOf([1, 2]),
  });

  expect(run.end.status).toBe('SUCCEEDED');
  expect(new Set(run.children.map(({ mapRunArn }) => mapRunArn)).size).toBe(2);
  expect(calls.count).toBe(4);
});

const shapes: readonly {
  readonly title: string;
  readonly fields: Readonly<Record<string, JsonValue>>;
  readonly output: JsonValue;
}[] = [
  { title: 'ResultPath of null drops the result', fields: { ResultPath: null }, output: mapInput },
  {
    title: 'ResultSelector and ResultPath put a part of the result beside the input',
    fields: { ResultSelector: { 'in.$': '$.ResultWriterDetails.Bucket' }, ResultPath: '$.results' },
    output: { ...mapInput, results: { in: 'runs' } },
  },
];

test.each(shapes)('$title', async ({ fields, output }) => {
  const { functions } = recorder();

  const run = await runMachine(mapMachine(fields), { input: mapInput, functions, objects: linesOf([1]) });

  expect(run.output).toEqual(output);
});

test('The history of the parent tells of the Map run, and that of each child of its calls', async () => {
  const { functions } = recorder();

  const run = await runMachine(mapMachine(), { input: mapInput, functions, objects: linesOf([1]) });

  expect(run.events.map(({ type }) => type)).toEqual([
    'ExecutionStarted',
    'MapStateEntered',
    'MapStateStarted',
    'MapRunStarted',
    'MapRunSucceeded',
    'MapStateSucceeded',
    'MapStateExited',
    'ExecutionSucceeded',
  ]);
  expect(run.children[0]?.history.events.map(({ type }) => type)).toEqual([
    'ExecutionStarted',
    'TaskStateEntered',
    'LambdaFunctionScheduled',
    'LambdaFunctionSucceeded',
    'TaskStateExited',
    'ExecutionSucceeded',
  ]);
});

test('Children end with the execution that started them', async () => {
  const step = () => new Promise<never>(() => {});
  const { execution, children } = startMachine(mapMachine({ MaxConcurrency: 3 }), {
    input: mapInput,
    functions: { step },
    objects: linesOf(numbers),
  });
  while (children.length < 3) await turn();

  execution.stop('Operator', 'enough');
  await execution.ended;

  expect(execution.state().status).toBe('ABORTED');
  expect(children.map((child) => child.state().status)).toEqual(['ABORTED', 'ABORTED', 'ABORTED']);
});
