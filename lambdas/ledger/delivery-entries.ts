import { setTimeout as sleep } from 'node:timers/promises';
import { ConditionalCheckFailedException } from '@aws-sdk/client-dynamodb';
import { BatchGetCommand, GetCommand } from '@aws-sdk/lib-dynamodb';
import {
  type BegunRename,
  comparableSequencer,
  type DeliveredVersion,
  type DeliveryFailure,
  type DeliveryRecord,
  unknownDelivery,
} from '../sync/delivery-record.ts';
import type { UploadMark } from '../sync/resume-upload.ts';
import { inAttention, outOfAttention } from './attention.ts';
import { fromDeliveryItem } from './delivery-item.ts';
import { type FlowName, fileKey, type ItemKey } from './keys.ts';
import type { Table } from './table.ts';
import { type Change, updateItem } from './update-item.ts';

/** Which object of which push flow, by its key below the flow's prefix. */
export interface DeliveryName {
  readonly flowName: FlowName;
  readonly relativePath: string;
}

/** What is known of the object now, as all writes before have left it; `unknownDelivery` where nothing is. */
export async function readDelivery(
  table: Table,
  { flowName, relativePath }: DeliveryName,
): Promise<DeliveryRecord> {
  const Key = fileKey(flowName, relativePath);
  const { Item } = await table.client.send(
    new GetCommand({ TableName: table.name, Key, ConsistentRead: true }),
  );
  return Item === undefined ? unknownDelivery : fromDeliveryItem(Item).record;
}

/** The table answers so many keys a request. */
const keysAtOnce = 100;

/** A table that is being split puts keys off. */
const putOffMs = 100;

/** What is known of these objects, in their order. Costs a read for each, however many others the ledger knows. */
export async function deliveriesOf(
  table: Table,
  flowName: FlowName,
  relativePaths: readonly string[],
): Promise<DeliveryRecord[]> {
  const keys = relativePaths.map((relativePath) => fileKey(flowName, relativePath));
  const records = new Map<string, DeliveryRecord>();
  for (let start = 0; start < keys.length; start += keysAtOnce) {
    let left: readonly Readonly<Record<string, unknown>>[] = keys
      .slice(start, start + keysAtOnce)
      .map((key) => ({ ...key }));
    while (left.length > 0) {
      const Keys = [...left];
      const { Responses = {}, UnprocessedKeys = {} } = await table.client.send(
        new BatchGetCommand({ RequestItems: { [table.name]: { Keys, ConsistentRead: true } } }),
      );
      for (const item of Responses[table.name] ?? []) {
        const { key, record } = fromDeliveryItem(item);
        records.set(textOf(key), record);
      }
      left = UnprocessedKeys[table.name]?.Keys ?? [];
      if (left.length > 0) await sleep(putOffMs);
    }
  }
  return keys.map((key) => records.get(textOf(key)) ?? unknownDelivery);
}

function textOf({ pk, sk }: ItemKey): string {
  return JSON.stringify([pk, sk]);
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
  renaming: BegunRename,
): Promise<void> {
  await change(table, delivery, { set: { renaming: { ...renaming, at: renaming.at.toISOString() } } });
}

/** Says how far the upload of a version has come, for the invocation that goes on with it. */
export async function recordUpload(table: Table, delivery: DeliveryName, mark: UploadMark): Promise<void> {
  await change(table, delivery, { set: { upload: mark } });
}

/** Records the version as delivered. All that belonged to its tries goes, and with it its place in `attention`. */
export async function recordDelivered(
  table: Table,
  delivery: DeliveryName,
  delivered: DeliveredVersion,
): Promise<void> {
  const item = { ...delivered, deliveredAt: delivered.deliveredAt.toISOString() };
  await change(table, delivery, { set: { delivered: item }, remove: ofTries });
}

/** Records that there is nothing left to deliver: what failed before needs nobody any more. */
export async function recordNothingToDeliver(table: Table, delivery: DeliveryName): Promise<void> {
  await change(table, delivery, { remove: ofTries });
}

/** Records that a try has failed, and puts the object into `attention`. */
export async function recordDeliveryFailure(
  table: Table,
  delivery: DeliveryName,
  failure: DeliveryFailure,
): Promise<void> {
  const item = { ...failure, failedAt: failure.failedAt.toISOString() };
  const needsAttention = inAttention(failure.failedAt, delivery.relativePath);
  await change(table, delivery, { set: { failure: item, ...needsAttention } });
}

/** What belongs to the tries of a version, and goes once nothing is left to be tried. */
const ofTries = ['renaming', 'upload', 'failure', 'replay', ...outOfAttention];

function change(
  table: Table,
  delivery: DeliveryName,
  { set = {}, remove = [] }: Partial<Pick<Change, 'set' | 'remove'>>,
): Promise<void> {
  const key = fileKey(delivery.flowName, delivery.relativePath);
  return updateItem(table, key, { set: { ...set, name: nameOf(delivery) }, remove });
}

function nameOf({ relativePath }: DeliveryName): string {
  return relativePath.slice(relativePath.lastIndexOf('/') + 1);
}
