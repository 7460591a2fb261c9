import { z } from 'zod';
import { executionArn, redriveRefusal } from './execution.ts';
import type { JsonValue } from './json-path.ts';
import type { MapChild, MapRun } from './map-run.ts';
import type { MapState } from './map-state.ts';
import { fillTemplate, type Sources } from './payload-template.ts';
import { StatesError } from './states-error.ts';
import type { StoredObjects } from './stored-objects.ts';

const placeSchema = z.strictObject({ Bucket: z.string().min(1), Prefix: z.string().min(1) });

/**
 * Where the run's results go.
 * @throws StatesError States.ResultWriterFailed where the definition's paths lead to no bucket or no prefix.
 */
export function resultsPlace({ ResultWriter }: MapState, sources: Sources): z.infer<typeof placeSchema> {
  const place = placeSchema.safeParse(fillTemplate(ResultWriter.Parameters, sources));
  if (place.success) return place.data;
  throw new StatesError('States.ResultWriterFailed', z.prettifyError(place.error));
}

/**
 * Writes what became of each child, in files by how they ended, and a manifest that names the files. The service splits large
 * files; here there is one of each.
 * https://docs.aws.amazon.com/step-functions/latest/dg/input-output-resultwriter.html
 * @returns the output of the Map.
 * @throws StatesError States.ResultWriterFailed
 */
export async function writeResults(
  run: MapRun,
  { Bucket, Prefix }: z.infer<typeof placeSchema>,
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
  const filesOf = async (end: ChildEnd) => {
    const records = run.children
      .filter((child) => endOf(child) === end)
      .map((child) => childRecord(child, run));
    return records.length === 0 ? [] : [await write(`${end}_0.json`, records)];
  };
  const { Key } = await write('manifest.json', {
    DestinationBucket: Bucket,
    MapRunArn: run.arn,
    ResultFiles: {
      FAILED: await filesOf('FAILED'),
      PENDING: await filesOf('PENDING'),
      SUCCEEDED: await filesOf('SUCCEEDED'),
    },
  });
  return { MapRunArn: run.arn, ResultWriterDetails: { Bucket, Key } };
}

/** FAILED: or timed out, or aborted. PENDING: not started. */
type ChildEnd = 'FAILED' | 'PENDING' | 'SUCCEEDED';

function endOf({ execution }: MapChild): ChildEnd {
  if (execution === undefined) return 'PENDING';
  return execution.state().status === 'SUCCEEDED' ? 'SUCCEEDED' : 'FAILED';
}

function childRecord({ name, input, execution }: MapChild, { machine }: MapRun): JsonValue {
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
