import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import { isObject, type JsonValue } from '../../endpoint/json-value.ts';
import { fillTemplate, type Sources } from '../data/payload-template.ts';
import { checkSize } from '../data/state-data.ts';
import { StatesError, terminalErrors } from '../data/states-error.ts';
import type { MapState } from '../definition/map-state.ts';
import type { MapRunOptions } from '../execution/map-run.ts';
import type { StoredObjects } from '../execution/stored-objects.ts';

const locationSchema = z.strictObject({ Bucket: z.string().min(1), Key: z.string().min(1) });

/**
 * Reads the items of a Map from S3.
 * @throws StatesError States.ItemReaderFailed when the object cannot be read or has another format.
 */
export async function readItems(
  { ItemReader }: MapState,
  sources: Sources,
  objects: StoredObjects,
): Promise<readonly JsonValue[]> {
  const { InputType } = ItemReader.ReaderConfig;
  const location = locationSchema.safeParse(fillTemplate(ItemReader.Parameters, sources));
  if (!location.success) throw readerFailed(z.prettifyError(location.error));
  const { Bucket: bucket, Key: key } = location.data;
  const text = await objects.read({ bucket, key }).catch((error: unknown) => {
    throw readerFailed(`${bucket}/${key} cannot be read: ${String(error)}`);
  });
  try {
    return InputType === 'JSONL' ? jsonLines(text) : jsonArray(text);
  } catch (error) {
    throw readerFailed(`${bucket}/${key} is not ${InputType}: ${String(error)}`);
  }
}

/** The children of a Map run and their input: the items after ItemSelector, one each or in batches. */
export function planChildren(
  state: Pick<MapState, 'ItemSelector' | 'ItemBatcher'>,
  items: readonly JsonValue[],
  sources: Sources,
): MapRunOptions['children'] {
  const selected = items.map((item, index) => selectItem(state, { item, index }, sources));
  if (state.ItemBatcher === undefined) return selected.map((input) => toChild(input, 1));
  const { MaxItemsPerBatch: size, BatchInput } = state.ItemBatcher;
  const shared = BatchInput === undefined ? {} : { BatchInput: fillTemplate(BatchInput, sources) };
  return Array.from({ length: Math.ceil(selected.length / size) }, (_, at) => {
    const Items = selected.slice(at * size, (at + 1) * size);
    return toChild({ ...shared, Items }, Items.length);
  });
}

function toChild(input: JsonValue, items: number): MapRunOptions['children'][number] {
  return { name: randomUUID(), input: JSON.stringify(checkSize(input)), items };
}

function selectItem(
  { ItemSelector }: Pick<MapState, 'ItemSelector'>,
  { item, index }: { readonly item: JsonValue; readonly index: number },
  { input, context }: Sources,
): JsonValue {
  if (ItemSelector === undefined) return item;
  const about = { Map: { Item: { Index: index, Value: item } } };
  return fillTemplate(ItemSelector, { input, context: isObject(context) ? { ...context, ...about } : about });
}

/**
 * How many children may run at the same time.
 * @throws StatesError States.Runtime when MaxConcurrencyPath is not a whole number.
 */
export function readMaxConcurrency(
  { MaxConcurrency, MaxConcurrencyPath: path }: Pick<MapState, 'MaxConcurrency' | 'MaxConcurrencyPath'>,
  sources: Sources,
): number {
  if (path === undefined) return MaxConcurrency || defaultMaxConcurrency;
  const value = fillTemplate({ kind: 'path', field: 'MaxConcurrencyPath', path }, sources);
  const count = z.number().int().nonnegative().safeParse(value);
  if (count.success) return count.data || defaultMaxConcurrency;
  throw new StatesError(
    terminalErrors.runtime,
    `The value at MaxConcurrencyPath '${path.text}' must be a whole number, not ${JSON.stringify(value)}.`,
  );
}

/**
 * The limit when MaxConcurrency is 0 or missing
 * (https://docs.aws.amazon.com/step-functions/latest/dg/service-quotas.html).
 */
const defaultMaxConcurrency = 10_000;

function jsonLines(text: string): readonly JsonValue[] {
  return text
    .split('\n')
    .filter((line) => line.trim() !== '')
    .map((line) => z.json().parse(JSON.parse(line)));
}

function jsonArray(text: string): readonly JsonValue[] {
  return z.array(z.json()).parse(JSON.parse(text));
}

function readerFailed(cause: string): StatesError {
  return new StatesError('States.ItemReaderFailed', cause);
}
