import { expect, test } from 'vitest';
import type { JsonValue } from '../../../../local/endpoint/json-value.ts';
import { linesOf, mapInput, mapMachine, mapOfLines, recordCalls } from './map-machine.ts';
import { errorNamed, machineOf, runMachine } from './run-machine.ts';

const numbers = Array.from({ length: 10 }, (_, index) => index);

const tolerances: readonly {
  readonly title: string;
  readonly fields: Readonly<Record<string, JsonValue>>;
  readonly failing: number;
  readonly status: 'SUCCEEDED' | 'FAILED';
}[] = [
  { title: 'no tolerance', fields: {}, failing: 1, status: 'FAILED' },
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
      if (calls.count <= failing) throw errorNamed('PermanentError');
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

test('Above the tolerance no further child starts, and running children are aborted', async () => {
  const forever = new Promise<never>(() => {});
  const step = (payload: JsonValue) => {
    if (payload === 1) throw errorNamed('PermanentError');
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
    title: 'A missing document',
    input: { ...mapInput, itemsKey: 'none' },
    text: '',
    error: 'States.ItemReaderFailed',
  },
  { title: 'A line that is not valid JSON', text: '{"a":1}\n{"a":\n', error: 'States.ItemReaderFailed' },
  {
    title: 'A JSON document that is not an array',
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
    title: 'A missing key in the input',
    input: { resultsPrefix: 'results' },
    text: '',
    error: 'States.Runtime',
  },
  {
    title: 'A limit that is not a number',
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
  const { functions } = recordCalls();
  const objects = new Map([['runs/batches.jsonl', text]]);

  const run = await runMachine(mapMachine(fields), { input, functions, objects });

  expect(run.end).toMatchObject({ status: 'FAILED', error });
});

test('A Map without items succeeds', async () => {
  const { given, functions } = recordCalls();

  const run = await runMachine(mapMachine(), { input: mapInput, functions, objects: linesOf([]) });

  expect(run.end.status).toBe('SUCCEEDED');
  expect(given).toEqual([]);
});

test('A Catch continues with the error of the Map added to its input', async () => {
  const { functions } = recordCalls(() => true);
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
    if (calls.count === 2) throw errorNamed('PermanentError');
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
