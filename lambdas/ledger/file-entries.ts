import { ConditionalCheckFailedException } from '@aws-sdk/client-dynamodb';
import { paginateQuery, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import type { Failure, FileRecord, Sighting, TakenVersion } from '../sync/file-record.ts';
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

/** @throws FencedError */
export function recordSighting(table: Table, write: EntryWrite, sighting: Sighting): Promise<void> {
  return update(table, write, { set: { sighting: toSighting(sighting) }, remove: [] });
}

/** @throws FencedError */
export function recordFailure(table: Table, write: EntryWrite, failure: Failure): Promise<void> {
  return update(table, write, { set: { failure: toFailure(failure) }, remove: ['sighting'] });
}

interface Change {
  readonly set: Readonly<Record<string, unknown>>;
  readonly remove: readonly string[];
}

async function update(table: Table, write: EntryWrite, change: Change): Promise<void> {
  const { relativePath } = write;
  const name = relativePath.slice(relativePath.lastIndexOf('/') + 1);
  const values: Record<string, unknown> = { ...change.set, fence: write.fence, name };
  const sets = Object.keys(values).map((key) => `#${key} = :${key}`);
  const removes = change.remove.map((key) => `#${key}`);
  const attributes = [...Object.keys(values), ...change.remove];
  try {
    await table.client.send(
      new UpdateCommand({
        TableName: table.name,
        Key: fileKey(write.flowName, relativePath),
        UpdateExpression: `SET ${sets.join(', ')}${removes.length > 0 ? ` REMOVE ${removes.join(', ')}` : ''}`,
        ConditionExpression: 'attribute_not_exists(#fence) OR #fence <= :fence',
        ExpressionAttributeNames: Object.fromEntries(attributes.map((key) => [`#${key}`, key])),
        ExpressionAttributeValues: Object.fromEntries(
          Object.entries(values).map(([key, value]) => [`:${key}`, value]),
        ),
      }),
    );
  } catch (cause) {
    if (cause instanceof ConditionalCheckFailedException) throw new FencedError(relativePath, cause);
    throw cause;
  }
}
