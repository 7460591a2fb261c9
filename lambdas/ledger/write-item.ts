import { ConditionalCheckFailedException } from '@aws-sdk/client-dynamodb';
import { DeleteCommand, GetCommand, PutCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import { unmarshall } from '@aws-sdk/util-dynamodb';
import {
  type Condition,
  completeWrite,
  type Item,
  type ItemWrite,
  isOwnSuccess,
  type WriteAnswer,
} from '../core/ledger/item-write.ts';
import { renderCondition, renderUpdate } from './expression.ts';
import type { ItemKey } from './keys.ts';
import type { Table } from './table.ts';

/**
 * All writes to the table. Each may be sent more than once, because the SDK repeats a request whose answer
 * was lost: they recognize their own success, or do the same again. No other file sends a write.
 */

/** DynamoDB refuses this one item, by its size or a value in it. To repeat the write is of no use. */
export class ItemRefusedError extends Error {
  override readonly name = 'ItemRefusedError';

  constructor(cause: Error) {
    super(
      `The ledger cannot record this: ${cause.name}: ${cause.message}. No setting cures it: rename the file at the partner, or put the object under another key, and report the error.`,
      { cause },
    );
  }
}

/**
 * Performs the write, and creates the item if there is none and the condition holds nevertheless.
 * @throws ItemRefusedError
 */
export async function writeItem(table: Table, key: ItemKey, write: ItemWrite): Promise<WriteAnswer> {
  const complete = completeWrite(write);
  const { names, values, text } = renderUpdate(complete);
  try {
    const { Attributes } = await table.client.send(
      new UpdateCommand({
        TableName: table.name,
        Key: key,
        UpdateExpression: text.update,
        ...(text.condition === undefined ? {} : { ConditionExpression: text.condition }),
        ExpressionAttributeNames: names,
        ...(Object.keys(values).length === 0 ? {} : { ExpressionAttributeValues: values }),
        ReturnValues: 'ALL_NEW',
        ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
      }),
    );
    return { kind: 'written', item: Attributes ?? {} };
  } catch (cause) {
    if (!(cause instanceof ConditionalCheckFailedException)) throw refusedItem(cause);
    const item: Item = unmarshall(cause.Item ?? {});
    return { kind: isOwnSuccess(write, item) ? 'written' : 'refused', item };
  }
}

/** Writes a whole item, in place of one with its key. @throws ItemRefusedError */
export async function putItem(table: Table, item: ItemKey & Item): Promise<void> {
  try {
    await table.client.send(new PutCommand({ TableName: table.name, Item: item }));
  } catch (cause) {
    throw refusedItem(cause);
  }
}

/** The error of a write: an ItemRefusedError where DynamoDB refuses this item, otherwise the same. */
function refusedItem(cause: unknown): unknown {
  return cause instanceof Error && cause.name === 'ValidationException' ? new ItemRefusedError(cause) : cause;
}

/** Deletes an item; does nothing if there is none. */
export async function deleteItem(table: Table, key: ItemKey): Promise<void> {
  await table.client.send(new DeleteCommand({ TableName: table.name, Key: key }));
}

/**
 * Deletes an item. @returns whether there was one, as read before: the answer of the deletion would not be
 * the same if it had to be repeated.
 */
export async function deleteIfExists(table: Table, key: ItemKey): Promise<'deleted' | 'absent'> {
  const read = new GetCommand({ TableName: table.name, Key: key, ConsistentRead: true });
  const { Item: found } = await table.client.send(read);
  if (found === undefined) return 'absent';
  await deleteItem(table, key);
  return 'deleted';
}

/** Deletes an item if it meets the condition. An item that does not exist counts as deleted. */
export async function deleteItemIf(
  table: Table,
  key: ItemKey,
  condition: Condition,
): Promise<'deleted' | 'refused'> {
  const isGoneOrMeets: Condition = { kind: 'any', of: [{ kind: 'absent', path: 'pk' }, condition] };
  const { names, values, text } = renderCondition(isGoneOrMeets);
  try {
    await table.client.send(
      new DeleteCommand({
        TableName: table.name,
        Key: key,
        ConditionExpression: text,
        ExpressionAttributeNames: names,
        ExpressionAttributeValues: values,
      }),
    );
    return 'deleted';
  } catch (cause) {
    if (cause instanceof ConditionalCheckFailedException) return 'refused';
    throw cause;
  }
}
