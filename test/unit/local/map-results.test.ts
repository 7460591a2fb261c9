import { expect, test } from 'vitest';
import type { JsonValue } from '../../../cli/local/states/json-path.ts';
import { linesOf, mapInput, mapMachine } from './map-machine.ts';
import { errorNamed, runMachine } from './run-machine.ts';

const functions = {
  step: (payload: JsonValue) => {
    if (payload === 'bad') throw errorNamed('PermanentFault');
    return { did: payload };
  },
};

async function resultsOf(items: readonly JsonValue[], fields: Readonly<Record<string, JsonValue>>) {
  const objects = linesOf(items);
  const run = await runMachine(mapMachine(fields), { input: mapInput, functions, objects });
  const read = (key: string) => JSON.parse(objects.get(`runs/${key}`) ?? 'null');
  const manifestKey = [...objects.keys()]
    .find((key) => key.endsWith('/manifest.json'))
    ?.slice('runs/'.length);
  return { run, objects, read, manifestKey: manifestKey ?? '' };
}

test('The output names the Map run and the manifest, which lies in a folder of the run below the prefix', async () => {
  const { run, manifestKey } = await resultsOf(['a'], {});

  const mapRunArn = run.children[0]?.mapRunArn;
  expect(run.output).toEqual({
    MapRunArn: mapRunArn,
    ResultWriterDetails: { Bucket: 'runs', Key: manifestKey },
  });
  expect(manifestKey).toBe(`acme/results/batches/${mapRunArn?.split(':').at(-1)}/manifest.json`);
});

test('The manifest names the files by how the children ended, with their sizes', async () => {
  const { run, objects, read, manifestKey } = await resultsOf(['a', 'bad', 'b'], {
    ToleratedFailurePercentage: 100,
  });

  const file = (name: string) => {
    const Key = manifestKey.replace('manifest.json', name);
    return { Key, Size: Buffer.byteLength(objects.get(`runs/${Key}`) ?? '') };
  };
  expect(read(manifestKey)).toEqual({
    DestinationBucket: 'runs',
    MapRunArn: run.children[0]?.mapRunArn,
    ResultFiles: { FAILED: [file('FAILED_0.json')], PENDING: [], SUCCEEDED: [file('SUCCEEDED_0.json')] },
  });
});

test('The files tell of each child what it was given, how it ended and with what', async () => {
  const { run, read, manifestKey } = await resultsOf(['a', 'bad'], { ToleratedFailurePercentage: 100 });

  const [good, bad] = run.children;
  const common = { InputDetails: { Included: true }, RedriveCount: 0 };
  expect(read(manifestKey.replace('manifest', 'SUCCEEDED_0'))).toEqual([
    {
      ...common,
      ExecutionArn: good?.arn,
      Name: good?.name,
      StateMachineArn: 'arn:aws:states:us-east-1:000000000000:stateMachine:pull/Share',
      Input: '"a"',
      Output: '{"did":"a"}',
      OutputDetails: { Included: true },
      RedriveStatus: 'NOT_REDRIVABLE',
      RedriveStatusReason: 'Execution is SUCCEEDED and cannot be redriven.',
      StartDate: '2026-11-20T02:15:00.000Z',
      StopDate: '2026-11-20T02:15:00.000Z',
      Status: 'SUCCEEDED',
    },
  ]);
  expect(read(manifestKey.replace('manifest', 'FAILED_0'))).toMatchObject([
    {
      ...common,
      ExecutionArn: bad?.arn,
      Input: '"bad"',
      Error: 'PermanentFault',
      Cause: expect.stringContaining('"errorType":"PermanentFault"'),
      Status: 'FAILED',
    },
  ]);
});

test('Of a Map run that fails the results are written too, with the children that were not started', async () => {
  const { run, read, manifestKey } = await resultsOf(['a', 'bad', 'b', 'c'], { MaxConcurrency: 1 });

  const statuses = (name: string) =>
    read(manifestKey.replace('manifest', name)).map((each: { Status: string; Input: string }) => [
      each.Status,
      each.Input,
    ]);
  expect(run.end.status).toBe('FAILED');
  expect(statuses('SUCCEEDED_0')).toEqual([['SUCCEEDED', '"a"']]);
  expect(statuses('FAILED_0')).toEqual([['FAILED', '"bad"']]);
  expect(statuses('PENDING_0')).toEqual([
    ['PENDING', '"b"'],
    ['PENDING', '"c"'],
  ]);
});

test('A Map without items has a manifest without files', async () => {
  const { read, manifestKey } = await resultsOf([], {});

  expect(read(manifestKey).ResultFiles).toEqual({ FAILED: [], PENDING: [], SUCCEEDED: [] });
});
