import { ConditionalCheckFailedException } from '@aws-sdk/client-dynamodb';
import { DeleteCommand } from '@aws-sdk/lib-dynamodb';
import { z } from 'zod';
import type { ReplayMark } from '../sync/replay-mark.ts';
import { type FlowName, fileKey } from './keys.ts';
import type { Table } from './table.ts';
import { updateItem } from './update-item.ts';

/** How a mark stands in a file's or an object's entry. */
export const replayMarkSchema = z.object({ who: z.string(), reason: z.string(), at: z.coerce.date() });

/** Which file or object of which flow, by its path below the flow's remote directory or prefix. */
export interface EntryName {
  readonly flowName: FlowName;
  readonly relativePath: string;
}

/** Marks an entry, so that it is moved again. `unknown`: the ledger has no such entry, and nothing was written. */
export async function markReplay(
  table: Table,
  { flowName, relativePath }: EntryName,
  mark: ReplayMark,
): Promise<'marked' | 'unknown'> {
  try {
    await updateItem(table, fileKey(flowName, relativePath), {
      set: { replay: { ...mark, at: mark.at.toISOString() } },
      remove: [],
      condition: { expression: 'attribute_exists(pk)', values: {} },
    });
    return 'marked';
  } catch (cause) {
    if (cause instanceof ConditionalCheckFailedException) return 'unknown';
    throw cause;
  }
}

/** Takes all that is known of a file or object out of the ledger. @returns whether anything was known. */
export async function forgetEntry(table: Table, { flowName, relativePath }: EntryName): Promise<boolean> {
  const { Attributes } = await table.client.send(
    new DeleteCommand({
      TableName: table.name,
      Key: fileKey(flowName, relativePath),
      ReturnValues: 'ALL_OLD',
    }),
  );
  return Attributes !== undefined;
}
