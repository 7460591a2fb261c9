import { ConditionalCheckFailedException } from '@aws-sdk/client-dynamodb';
import { paginateQuery, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import type { Failure, FileRecord, Sighting, TakenVersion } from '../sync/file-record.ts';
import type { Fingerprint } from '../sync/fingerprint.ts';
import { fromItem, toFailure, toSighting, toTaken } from './file-item.ts';
import { directoryKey, type FlowName, fileKey } from './keys.ts';
import type { Table } from './table.ts';

/** A run with a larger fence has written this entry: the caller has been replaced, and must stop. */
export class FencedError extends Error {
  override readonly name = 'FencedError';

  constructor(path: string, cause: unknown) {
    super(`A newer run of this flow has recorded ${path}; this one has been replaced and stops.`, { cause });
  }
}

/** What is known of every file of one directory, by name. One Query, paged; unchanged files cost no write. */
export async function filesOfDirectory(
  table: Table,
  flowName: FlowName,
  directory: string,
): Promise<Map<string, FileRecord>> {
  const records = new Map<string, FileRecord>();
  const pages = paginateQuery(
    { client: table.client },
    {
      TableName: table.name,
      KeyConditionExpression: 'pk = :pk',
      ExpressionAttributeValues: { ':pk': directoryKey(flowName, directory) },
      ConsistentRead: true,
    },
  );
  for await (const page of pages) {
    for (const item of page.Items ?? []) {
      const { name, record } = fromItem(item);
      records.set(name, record);
    }
  }
  return records;
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
  return update(table, write, { set: { taken: toTaken(taken) }, remove: ['sighting', 'failure'] });
}

/**
 * Records that the taken version looks like this in a listing now, so that it is not asked after again.
 * @throws FencedError
 */
export function recordLook(table: Table, write: EntryWrite, look: Fingerprint): Promise<void> {
  return update(table, write, { set: { 'taken.fingerprint': look }, remove: ['sighting', 'failure'] });
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
  return update(table, write, { set: { failure: toFailure(failure) }, remove: [] });
}

interface Change {
  /** By attribute; a dot leads into a map. */
  readonly set: Readonly<Record<string, unknown>>;
  readonly remove: readonly string[];
}

async function update(table: Table, write: EntryWrite, change: Change): Promise<void> {
  const { relativePath } = write;
  const name = relativePath.slice(relativePath.lastIndexOf('/') + 1);
  const sets = Object.entries({ ...change.set, fence: write.fence, name });
  const assignments = sets.map(([path], index) => `${placeholder(path)} = :v${index}`);
  const removals = change.remove.map(placeholder);
  const attributes = [...sets.map(([path]) => path), ...change.remove].flatMap((path) => path.split('.'));
  const expression = [
    `SET ${assignments.join(', ')}`,
    ...(removals.length > 0 ? [`REMOVE ${removals.join(', ')}`] : []),
  ];
  try {
    await table.client.send(
      new UpdateCommand({
        TableName: table.name,
        Key: fileKey(write.flowName, relativePath),
        UpdateExpression: expression.join(' '),
        ConditionExpression: 'attribute_not_exists(#fence) OR #fence <= :fence',
        ExpressionAttributeNames: Object.fromEntries(attributes.map((name) => [`#${name}`, name])),
        ExpressionAttributeValues: {
          ...Object.fromEntries(sets.map(([, value], index) => [`:v${index}`, value])),
          ':fence': write.fence,
        },
      }),
    );
  } catch (cause) {
    if (cause instanceof ConditionalCheckFailedException) throw new FencedError(relativePath, cause);
    throw cause;
  }
}

function placeholder(path: string): string {
  return path
    .split('.')
    .map((name) => `#${name}`)
    .join('.');
}
