import { ConditionalCheckFailedException } from '@aws-sdk/client-dynamodb';
import { DeleteCommand, PutCommand, paginateQuery } from '@aws-sdk/lib-dynamodb';
import { z } from 'zod';
import { inAttention } from './attention.ts';
import { type Concern, signalsKey } from './keys.ts';
import type { Table } from './table.ts';

/** Something that is not as it should be with a flow, a partner or the stage, for as long as it is so. */
export interface Condition {
  /** The same for the same fault; what it concerns has one of each. */
  readonly id: string;
  /** What `attention` shows in the place of a file. */
  readonly subject: string;
  readonly fault: string;
  readonly message: string;
  /** `told`: it has been told of, and needs nobody. */
  readonly need: 'person' | 'told';
}

/** The condition that a flow's last run failed, was halted or was stopped; a run that comes to its end takes it away. */
export const badRunEnd = 'run';

const openPrefix = 'OPEN#';
const sincePrefix = 'SINCE#';

const itemSchema = z.object({ sk: z.string(), at: z.coerce.date() });

/** What is open of a concern, by id, and since when what is watched of it. */
export interface OpenConditions {
  /** With the time that was said with it. */
  readonly open: ReadonlyMap<string, Date>;
  readonly watchedSince: ReadonlyMap<string, Date>;
}

export async function readConditions(table: Table, concern: Concern): Promise<OpenConditions> {
  const open = new Map<string, Date>();
  const watchedSince = new Map<string, Date>();
  const query = {
    TableName: table.name,
    KeyConditionExpression: 'pk = :pk AND sk >= :open',
    ExpressionAttributeValues: { ':pk': signalsKey(concern), ':open': openPrefix },
    ConsistentRead: true,
  };
  for await (const { Items = [] } of paginateQuery({ client: table.client }, query)) {
    for (const item of Items) {
      const { sk, at } = itemSchema.parse(item);
      if (sk.startsWith(openPrefix)) open.set(sk.slice(openPrefix.length), at);
      else if (sk.startsWith(sincePrefix)) watchedSince.set(sk.slice(sincePrefix.length), at);
    }
  }
  return { open, watchedSince };
}

/** Says that something is so from now on; said again, it replaces what was said, and the time with it. */
export async function openCondition(
  table: Table,
  concern: Concern,
  condition: Condition & { readonly at: Date },
): Promise<void> {
  const { id, subject, fault, message, need, at } = condition;
  await table.client.send(
    new PutCommand({
      TableName: table.name,
      Item: {
        pk: signalsKey(concern),
        sk: `${openPrefix}${id}`,
        at: at.toISOString(),
        failure: { fault, message },
        ...(need === 'person' ? inAttention(at, subject) : {}),
      },
    }),
  );
}

/** Says that it is not so any more. */
export async function closeCondition(table: Table, concern: Concern, id: string): Promise<void> {
  const Key = { pk: signalsKey(concern), sk: `${openPrefix}${id}` };
  await table.client.send(new DeleteCommand({ TableName: table.name, Key }));
}

/** Says that something is watched from now on; where it was before, nothing changes. */
export async function watchSince(table: Table, concern: Concern, what: string, at: Date): Promise<void> {
  const Item = { pk: signalsKey(concern), sk: `${sincePrefix}${what}`, at: at.toISOString() };
  try {
    await table.client.send(
      new PutCommand({ TableName: table.name, Item, ConditionExpression: 'attribute_not_exists(pk)' }),
    );
  } catch (cause) {
    if (!(cause instanceof ConditionalCheckFailedException)) throw cause;
  }
}

/** Moves the time from which on something is watched. */
export async function moveWatch(table: Table, concern: Concern, what: string, at: Date): Promise<void> {
  const Item = { pk: signalsKey(concern), sk: `${sincePrefix}${what}`, at: at.toISOString() };
  await table.client.send(new PutCommand({ TableName: table.name, Item }));
}
