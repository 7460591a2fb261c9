import { ConditionalCheckFailedException } from '@aws-sdk/client-dynamodb';
import { GetCommand, paginateQuery } from '@aws-sdk/lib-dynamodb';
import { z } from 'zod';
import {
  comparableSequencer,
  type DeliveredVersion,
  type DeliveryFailure,
  type DeliveryRecord,
  unknownDelivery,
} from '../sync/delivery-record.ts';
import { inAttention, outOfAttention } from './attention.ts';
import { directoryKey, type FlowName, fileKey } from './keys.ts';
import type { Table } from './table.ts';
import { updateItem } from './update-item.ts';

/** Which object of which push flow, by its key below the flow's prefix. */
export interface DeliveryName {
  readonly flowName: FlowName;
  readonly relativePath: string;
}

const recordSchema = z
  .object({
    name: z.string(),
    claimed: z.object({ sequencer: z.string(), versionId: z.string() }).optional(),
    renaming: z.object({ versionId: z.string(), at: z.coerce.date() }).optional(),
    delivered: z
      .object({
        versionId: z.string(),
        etag: z.string(),
        sizeBytes: z.number(),
        sha256: z.string().optional(),
        path: z.string(),
        verification: z.enum(['size+hash', 'size', 'looked']),
        deliveredAt: z.coerce.date(),
      })
      .transform((read): DeliveredVersion => ({ ...read, sha256: read.sha256 }))
      .optional(),
    failure: z
      .object({ versionId: z.string(), fault: z.string(), message: z.string(), failedAt: z.coerce.date() })
      .optional(),
  })
  .transform(({ name, claimed, renaming, delivered, failure }) => {
    const record: DeliveryRecord = { claimed, renaming, delivered, failure };
    return { name, record };
  });

export async function readDelivery(
  table: Table,
  { flowName, relativePath }: DeliveryName,
): Promise<DeliveryRecord> {
  const Key = fileKey(flowName, relativePath);
  const { Item } = await table.client.send(
    new GetCommand({ TableName: table.name, Key, ConsistentRead: true }),
  );
  return Item === undefined ? unknownDelivery : recordSchema.parse(Item).record;
}

/** What is known of every object of one directory below the prefix, by name. */
export async function deliveriesOfDirectory(
  table: Table,
  flowName: FlowName,
  directory: string,
): Promise<Map<string, DeliveryRecord>> {
  const records = new Map<string, DeliveryRecord>();
  const query = {
    TableName: table.name,
    KeyConditionExpression: 'pk = :pk',
    ExpressionAttributeValues: { ':pk': directoryKey(flowName, directory) },
    ConsistentRead: true,
  };
  for await (const { Items = [] } of paginateQuery({ client: table.client }, query)) {
    for (const item of Items) {
      const { name, record } = recordSchema.parse(item);
      records.set(name, record);
    }
  }
  return records;
}

/**
 * Claims an event of the key. The same event may come again and is claimed again, since the first time may have died before
 * anything was sent on. @returns `stale` for an event that is older than one already claimed.
 */
export async function claimEvent(
  table: Table,
  delivery: DeliveryName,
  event: { readonly sequencer: string; readonly versionId: string },
): Promise<'claimed' | 'stale'> {
  const sequencer = comparableSequencer(event.sequencer);
  try {
    await updateItem(table, fileKey(delivery.flowName, delivery.relativePath), {
      set: { claimed: { sequencer, versionId: event.versionId }, name: nameOf(delivery) },
      remove: [],
      condition: {
        expression: 'attribute_not_exists(claimed) OR claimed.sequencer <= :sequencer',
        values: { ':sequencer': sequencer },
      },
    });
    return 'claimed';
  } catch (cause) {
    if (cause instanceof ConditionalCheckFailedException) return 'stale';
    throw cause;
  }
}

/** Says that the rename of a version is about to be sent, so that a lost reply can be settled by looking. */
export async function recordRenaming(
  table: Table,
  delivery: DeliveryName,
  renaming: { readonly versionId: string; readonly at: Date },
): Promise<void> {
  await set(table, delivery, { renaming: { ...renaming, at: renaming.at.toISOString() } }, []);
}

export async function recordDelivered(
  table: Table,
  delivery: DeliveryName,
  delivered: DeliveredVersion,
): Promise<void> {
  const item = { ...delivered, deliveredAt: delivered.deliveredAt.toISOString() };
  await set(table, delivery, { delivered: item }, ['renaming', 'failure', ...outOfAttention]);
}

export async function recordDeliveryFailure(
  table: Table,
  delivery: DeliveryName,
  failure: DeliveryFailure,
): Promise<void> {
  const item = { ...failure, failedAt: failure.failedAt.toISOString() };
  await set(table, delivery, { failure: item, ...inAttention(failure.failedAt) }, []);
}

function set(
  table: Table,
  delivery: DeliveryName,
  values: Readonly<Record<string, unknown>>,
  remove: readonly string[],
): Promise<void> {
  const key = fileKey(delivery.flowName, delivery.relativePath);
  return updateItem(table, key, { set: { ...values, name: nameOf(delivery) }, remove });
}

function nameOf({ relativePath }: DeliveryName): string {
  return relativePath.slice(relativePath.lastIndexOf('/') + 1);
}
