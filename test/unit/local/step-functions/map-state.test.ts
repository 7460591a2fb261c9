import { setImmediate as turn } from 'node:timers/promises';
import { expect, test } from 'vitest';
import type { JsonValue } from '../../../../local/endpoint/json-value.ts';
import { linesOf, mapInput, mapMachine, mapOfLines, recordCalls } from './map-machine.ts';
import { runMachine, startMachine } from './run-machine.ts';

const numbers = Array.from({ length: 10 }, (_, index) => index);

test('Each line of the document is one execution', async () => {
  const { given, functions } = recordCalls();

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

test('Each element of a JSON array is one execution', async () => {
  const { given, functions } = recordCalls();
  const ItemReader = { ...mapOfLines.ItemReader, ReaderConfig: { InputType: 'JSON' } };
  const objects = new Map([['runs/batches.jsonl', '[1, 2,\n 3]']]);

  await runMachine(mapMachine({ ItemReader }), { input: mapInput, functions, objects });

  expect(given).toEqual([1, 2, 3]);
});

test('ItemSelector builds the input of a child from the state, the item and its index', async () => {
  const { given, functions } = recordCalls();
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

test('ItemBatcher passes several items to one child, with a common input', async () => {
  const { given, functions } = recordCalls();
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

test('A child has the names and the context object of the service', async () => {
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
  'Of 1,000 items exactly as many run concurrently as $title allows',
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

test('A MaxConcurrency of 0 is unlimited', async () => {
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

const shapes: readonly {
  readonly title: string;
  readonly fields: Readonly<Record<string, JsonValue>>;
  readonly output: JsonValue;
}[] = [
  { title: 'ResultPath of null drops the result', fields: { ResultPath: null }, output: mapInput },
  {
    title: 'ResultSelector and ResultPath add a part of the result to the input',
    fields: { ResultSelector: { 'in.$': '$.ResultWriterDetails.Bucket' }, ResultPath: '$.results' },
    output: { ...mapInput, results: { in: 'runs' } },
  },
];

test.each(shapes)('$title', async ({ fields, output }) => {
  const { functions } = recordCalls();

  const run = await runMachine(mapMachine(fields), { input: mapInput, functions, objects: linesOf([1]) });

  expect(run.output).toEqual(output);
});

test('The history of the parent has the Map run, and that of each child its calls', async () => {
  const { functions } = recordCalls();

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
