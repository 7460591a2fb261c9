import { expect, test } from 'vitest';
import type { JsonValue } from '../../../../local/endpoint/json-value.ts';
import { linesOf, mapInput, mapMachine } from './map-machine.ts';
import { errorNamed, runMachine } from './run-machine.ts';

const functions = {
  step: (payload: JsonValue) => {
    if (payload === 'bad') throw errorNamed('PermanentError');
    return { did: payload };
  },
};

async function runAndRead(items: readonly JsonValue[], fields: Readonly<Record<string, JsonValue>>) {
  const objects = linesOf(items);
  const run = await runMachine(mapMachine(fields), { input: mapInput, functions, objects });
  const read = (key: string) => JSON.parse(objects.get(`runs/${key}`) ?? 'null');
  const manifestKey = [...objects.keys()]
    .find((key) => key.endsWith('/manifest.json'))
    ?.slice('runs/'.length);
  return { run, objects, read, manifestKey: manifestKey ?? '' };
}

test('The output has the Map run and the manifest, which is in a folder of the run below the prefix', async () => {
  const { run, manifestKey } = await runAndRead(['a'], {});

  const mapRunArn = run.children[0]?.mapRunArn;
  expect(run.output).toEqual({
    MapRunArn: mapRunArn,
    ResultWriterDetails: { Bucket: 'runs', Key: manifestKey },
  });
  expect(manifestKey).toBe(`acme/results/batches/${mapRunArn?.split(':').at(-1)}/manifest.json`);
});

test('The manifest lists the files by status, with their sizes', async () => {
  const { run, objects, read, manifestKey } = await runAndRead(['a', 'bad', 'b'], {
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

test('The files have the input, the status and the result of each child', async () => {
  const { run, read, manifestKey } = await runAndRead(['a', 'bad'], { ToleratedFailurePercentage: 100 });

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
      Error: 'PermanentError',
      Cause: expect.stringContaining('"errorType":"PermanentError"'),
      Status: 'FAILED',
    },
  ]);
});

test('A failed Map run writes results too, with the children that did not start', async () => {
  const { run, read, manifestKey } = await runAndRead(['a', 'bad', 'b', 'c'], { MaxConcurrency: 1 });

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
  const { read, manifestKey } = await runAndRead([], {});

  expect(read(manifestKey).ResultFiles).toEqual({ FAILED: [], PENDING: [], SUCCEEDED: [] });
});
