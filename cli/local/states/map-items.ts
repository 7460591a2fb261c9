import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import { isObject, type JsonValue } from './json-path.ts';
import type { MapRunOptions } from './map-run.ts';
import type { MapState } from './map-state.ts';
import { fillTemplate, type Sources } from './payload-template.ts';
import { checkedSize } from './state-outcome.ts';
import { StatesError, terminalErrors } from './states-error.ts';
import type { StoredObjects } from './stored-objects.ts';

const placeSchema = z.strictObject({ Bucket: z.string().min(1), Key: z.string().min(1) });

/**
 * Reads the items of a Map from S3.
 * @throws StatesError States.ItemReaderFailed where the object cannot be read, or is not what the definition says.
 */
export async function readItems(
  { ItemReader }: MapState,
  sources: Sources,
  objects: StoredObjects,
): Promise<readonly JsonValue[]> {
  const { InputType } = ItemReader.ReaderConfig;
  const place = placeSchema.safeParse(fillTemplate(ItemReader.Parameters, sources));
  if (!place.success) throw readerFailed(z.prettifyError(place.error));
  const { Bucket: bucket, Key: key } = place.data;
  const text = await objects.read({ bucket, key }).catch((error: unknown) => {
    throw readerFailed(`${bucket}/${key} cannot be read: ${String(error)}`);
  });
  try {
    return InputType === 'JSONL' ? jsonLines(text) : jsonArray(text);
  } catch (error) {
    throw readerFailed(`${bucket}/${key} is not ${InputType}: ${String(error)}`);
  }
}

/** What each child gets: the items as ItemSelector makes them, one by one, or in batches. */
export function childrenOf(
  state: Pick<MapState, 'ItemSelector' | 'ItemBatcher'>,
  items: readonly JsonValue[],
  sources: Sources,
): MapRunOptions['children'] {
  const selected = items.map((item, index) => selectedItem(state, { item, index }, sources));
  if (state.ItemBatcher === undefined) return selected.map((input) => child(input, 1));
  const { MaxItemsPerBatch: size, BatchInput } = state.ItemBatcher;
  const shared = BatchInput === undefined ? {} : { BatchInput: fillTemplate(BatchInput, sources) };
  return Array.from({ length: Math.ceil(selected.length / size) }, (_, at) => {
    const Items = selected.slice(at * size, (at + 1) * size);
    return child({ ...shared, Items }, Items.length);
  });
}

function child(input: JsonValue, items: number): MapRunOptions['children'][number] {
  return { name: randomUUID(), input: JSON.stringify(checkedSize(input)), items };
}

function selectedItem(
  { ItemSelector }: Pick<MapState, 'ItemSelector'>,
  { item, index }: { readonly item: JsonValue; readonly index: number },
  { input, context }: Sources,
): JsonValue {
  if (ItemSelector === undefined) return item;
  const about = { Map: { Item: { Index: index, Value: item } } };
  return fillTemplate(ItemSelector, { input, context: isObject(context) ? { ...context, ...about } : about });
}

/**
 * How many children run at once.
 * @throws StatesError States.Runtime where MaxConcurrencyPath leads to no whole number.
 */
export function maxConcurrencyOf(
  { MaxConcurrency, MaxConcurrencyPath: path }: Pick<MapState, 'MaxConcurrency' | 'MaxConcurrencyPath'>,
  sources: Sources,
): number {
  if (path === undefined) return MaxConcurrency || mostAtOnce;
  const value = fillTemplate({ kind: 'path', field: 'MaxConcurrencyPath', path }, sources);
  const count = z.number().int().nonnegative().safeParse(value);
  if (count.success) return count.data || mostAtOnce;
  throw new StatesError(
    terminalErrors.runtime,
    `The MaxConcurrencyPath '${path.text}' must lead to a whole number, and leads to ${JSON.stringify(value)}.`,
  );
}

/** What 0 and the absence of a limit mean (https://docs.aws.amazon.com/step-functions/latest/dg/service-quotas.html). */
const mostAtOnce = 10_000;

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
