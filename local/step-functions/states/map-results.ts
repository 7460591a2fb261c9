import { z } from 'zod';
import type { JsonValue } from '../../endpoint/json-value.ts';
import { fillTemplate, type Sources } from '../data/payload-template.ts';
import { StatesError } from '../data/states-error.ts';
import type { MapState } from '../definition/map-state.ts';
import { executionArn, redriveRefusal } from '../execution/execution.ts';
import type { MapChild, MapRun } from '../execution/map-run.ts';
import type { StoredObjects } from '../execution/stored-objects.ts';

const locationSchema = z.strictObject({ Bucket: z.string().min(1), Prefix: z.string().min(1) });

/**
 * The bucket and prefix for the results of the run.
 * @throws StatesError States.ResultWriterFailed when the definition's paths have no bucket or no prefix.
 */
export function readResultsLocation(
  { ResultWriter }: MapState,
  sources: Sources,
): z.infer<typeof locationSchema> {
  const location = locationSchema.safeParse(fillTemplate(ResultWriter.Parameters, sources));
  if (location.success) return location.data;
  throw new StatesError('States.ResultWriterFailed', z.prettifyError(location.error));
}

/**
 * Writes the result of each child to one file per status, and a manifest that lists the files. The service
 * splits large files; the local stack does not.
 * https://docs.aws.amazon.com/step-functions/latest/dg/input-output-resultwriter.html
 * @returns the output of the Map.
 * @throws StatesError States.ResultWriterFailed when S3 refuses a file.
 */
export async function writeResults(
  run: MapRun,
  { Bucket, Prefix }: z.infer<typeof locationSchema>,
  objects: StoredObjects,
): Promise<JsonValue> {
  const folder = `${Prefix}/${run.arn.split(':').at(-1)}`;
  const write = async (name: string, value: JsonValue) => {
    const Key = `${folder}/${name}`;
    const text = JSON.stringify(value);
    await objects.write({ bucket: Bucket, key: Key }, text).catch((error: unknown) => {
      const cause = `${Bucket}/${Key} cannot be written: ${String(error)}`;
      throw new StatesError('States.ResultWriterFailed', cause);
    });
    return { Key, Size: Buffer.byteLength(text) };
  };
  const writeFile = async (group: ResultGroup) => {
    const records = run.children
      .filter((child) => toResultGroup(child) === group)
      .map((child) => toRecord(child, run));
    return records.length === 0 ? [] : [await write(`${group}_0.json`, records)];
  };
  const { Key } = await write('manifest.json', {
    DestinationBucket: Bucket,
    MapRunArn: run.arn,
    ResultFiles: {
      FAILED: await writeFile('FAILED'),
      PENDING: await writeFile('PENDING'),
      SUCCEEDED: await writeFile('SUCCEEDED'),
    },
  });
  return { MapRunArn: run.arn, ResultWriterDetails: { Bucket, Key } };
}

/** FAILED includes timed out and aborted; PENDING is not started. */
type ResultGroup = 'FAILED' | 'PENDING' | 'SUCCEEDED';

function toResultGroup({ execution }: MapChild): ResultGroup {
  if (execution === undefined) return 'PENDING';
  return execution.state().status === 'SUCCEEDED' ? 'SUCCEEDED' : 'FAILED';
}

function toRecord({ name, input, execution }: MapChild, { machine }: MapRun): JsonValue {
  const identity = {
    ExecutionArn: executionArn(machine, name),
    Input: input,
    InputDetails: { Included: true },
    Name: name,
    StateMachineArn: machine.arn,
  };
  if (execution === undefined) return { ...identity, Status: 'PENDING' };
  const state = execution.state();
  const refusal = redriveRefusal(execution);
  return {
    ...identity,
    ...('output' in state ? { Output: state.output, OutputDetails: { Included: true } } : {}),
    ...('error' in state ? { Error: state.error, Cause: state.cause } : {}),
    RedriveCount: execution.redrives.count,
    ...(refusal === undefined
      ? { RedriveStatus: 'REDRIVABLE_BY_MAP_RUN' }
      : { RedriveStatus: 'NOT_REDRIVABLE', RedriveStatusReason: refusal }),
    StartDate: execution.started.toISOString(),
    ...('stopped' in state ? { StopDate: state.stopped.toISOString() } : {}),
    Status: state.status,
  };
}
