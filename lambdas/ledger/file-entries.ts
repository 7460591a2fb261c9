import { ConditionalCheckFailedException } from '@aws-sdk/client-dynamodb';
import { paginateQuery } from '@aws-sdk/lib-dynamodb';
import { compareUtf8, nameOrder } from '../sync/file-order.ts';
import type { Failure, FileRecord, Sighting, TakenVersion } from '../sync/file-record.ts';
import type { Fingerprint } from '../sync/fingerprint.ts';
import { inAttention, outOfAttention } from './attention.ts';
import { fromItem, toFailure, toSighting, toTaken } from './file-item.ts';
import { directoryKey, type FlowName, fileKey } from './keys.ts';
import type { Table } from './table.ts';
import { type Change, updateItem } from './update-item.ts';

/** A run with a larger fence has written this entry: the caller has been replaced, and must stop. */
export class FencedError extends Error {
  override readonly name = 'FencedError';

  constructor(path: string, cause: unknown) {
    super(`A newer run of this flow has recorded ${path}; this one has been replaced and stops.`, { cause });
  }
}

/**
 * What is known of the named files of one directory, by name: one Query, paged, from the first of them to the last. Unchanged files
 * cost no write. The ledger never forgets a file, so what is not asked for is let go page by page: a directory that is emptied
 * each night has a long past.
 */
export async function filesOfDirectory(
  table: Table,
  flowName: FlowName,
  { directory, names }: { readonly directory: string; readonly names: ReadonlySet<string> },
): Promise<Map<string, FileRecord>> {
  const records = new Map<string, FileRecord>();
  const range = rangeOf(names);
  if (range === undefined) return records;
  const pages = paginateQuery(
    { client: table.client },
    {
      TableName: table.name,
      KeyConditionExpression: 'pk = :pk AND sk BETWEEN :first AND :last',
      ExpressionAttributeValues: {
        ':pk': directoryKey(flowName, directory),
        ':first': range.first,
        ':last': range.last,
      },
      ConsistentRead: true,
    },
  );
  for await (const page of pages) {
    for (const item of page.Items ?? []) {
      const { name, record } = fromItem(item);
      if (names.has(name)) records.set(name, record);
    }
  }
  return records;
}

/** The sort keys between which all of the names stand. */
function rangeOf(names: ReadonlySet<string>): { readonly first: string; readonly last: string } | undefined {
  let range: { first: string; last: string } | undefined;
  for (const name of names) {
    const key = nameOrder(name);
    range ??= { first: key, last: key };
    if (compareUtf8(key, range.first) < 0) range.first = key;
    if (compareUtf8(key, range.last) > 0) range.last = key;
  }
  return range;
}

export interface EntryWrite {
  readonly flowName: FlowName;
  /** Below the flow's remote directory. */
  readonly relativePath: string;
  readonly fence: number;
}

/**
 * Records that a version is in the bucket: the last of verified, visible, recorded.
 * @throws FencedError
 */
export function recordTaken(table: Table, write: EntryWrite, taken: TakenVersion): Promise<void> {
  return update(table, write, {
    set: { taken: toTaken(taken) },
    remove: ['sighting', 'failure', 'replay', ...outOfAttention],
  });
}

/**
 * Records that the taken version looks like this in a listing now, so that it is not asked after again.
 * @throws FencedError
 */
export function recordLook(table: Table, write: EntryWrite, look: Fingerprint): Promise<void> {
  return update(table, write, {
    set: { 'taken.fingerprint': look, 'taken.isReplaced': false },
    remove: ['sighting', 'failure', ...outOfAttention],
  });
}

/**
 * Records that the partner has another version now than the one that was taken, though its listing does not show it.
 * @throws FencedError
 */
export function recordReplaced(table: Table, write: EntryWrite): Promise<void> {
  return update(table, write, { set: { 'taken.isReplaced': true }, remove: [] });
}

/** @throws FencedError */
export function recordSighting(table: Table, write: EntryWrite, sighting: Sighting): Promise<void> {
  return update(table, write, { set: { sighting: toSighting(sighting) }, remove: [] });
}

/**
 * The sighting stays: a file that was settled is tried again by the next run, without being watched anew.
 * @throws FencedError
 */
export function recordFailure(table: Table, write: EntryWrite, failure: Failure): Promise<void> {
  const set = { failure: toFailure(failure), ...inAttention(failure.failedAt, write.relativePath) };
  return update(table, write, { set, remove: [] });
}

async function update(
  table: Table,
  { flowName, relativePath, fence }: EntryWrite,
  change: Pick<Change, 'set' | 'remove'>,
): Promise<void> {
  const name = relativePath.slice(relativePath.lastIndexOf('/') + 1);
  try {
    await updateItem(table, fileKey(flowName, relativePath), {
      set: { ...change.set, fence, name },
      remove: change.remove,
      condition: {
        expression: 'attribute_not_exists(fence) OR fence <= :fence',
        values: { ':fence': fence },
      },
    });
  } catch (cause) {
    if (cause instanceof ConditionalCheckFailedException) throw new FencedError(relativePath, cause);
    throw cause;
  }
}
