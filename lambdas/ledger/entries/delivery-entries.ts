import { setTimeout as sleep } from 'node:timers/promises';
import { BatchGetCommand, GetCommand } from '@aws-sdk/lib-dynamodb';
import type { StagedFile } from '../../core/delivery/delivery-lease.ts';
import {
  comparableSequencer,
  type DeliveredVersion,
  type DeliveryLastError,
  type DeliveryRecord,
  emptyDeliveryRecord,
  type StartedRename,
  type TooSmallVersion,
} from '../../core/delivery/delivery-record.ts';
import type { UploadCheckpoint } from '../../core/delivery/resume-upload.ts';
import { type EndOfTry, endTryWrite, tryWrite } from '../../core/ledger/delivery-rules.ts';
import { claimEventWrite } from '../../core/ledger/entry-rules.ts';
import type { Assignments, ItemWrite } from '../../core/ledger/item-write.ts';
import type { RelativePath } from '../../core/path/relative-path.ts';
import { withAttention, withoutAttention } from '../alerts/attention.ts';
import { type FlowName, fileKey, type ItemKey } from '../keys.ts';
import type { Table } from '../table.ts';
import { writeItem } from '../write-item.ts';
import { fromDeliveryItem } from './delivery-item.ts';

/** An object of a push flow, by its key below the flow's prefix. */
export interface DeliveryName {
  readonly flowName: FlowName;
  readonly relativePath: RelativePath;
}

/**
 * An object that a worker has leased, or, without an attempt, that no worker can have (delivery-lease.ts).
 */
export interface LeasedDelivery extends DeliveryName {
  /** The id of the worker's try. The write is refused unless the ledger's lease has it. */
  readonly attempt?: string | undefined;
}

/** The record of an object; `emptyDeliveryRecord` if the ledger has none. A consistent read. */
export async function readDelivery(
  table: Table,
  { flowName, relativePath }: DeliveryName,
): Promise<DeliveryRecord> {
  const Key = fileKey(flowName, relativePath);
  const { Item } = await table.client.send(
    new GetCommand({ TableName: table.name, Key, ConsistentRead: true }),
  );
  return Item === undefined ? emptyDeliveryRecord : fromDeliveryItem(Item).record;
}

/** The limit of BatchGetItem. */
const maxKeysPerRequest = 100;

/** Before asking again for `UnprocessedKeys`: BatchGetItem returns them while the table is throttled. */
const unprocessedRetryMs = 100;

/**
 * The records of these objects, in the order of the paths; `emptyDeliveryRecord` for those the ledger does
 * not have. The cost is one consistent read for each, independent of the size of the ledger.
 */
export async function listDeliveries(
  table: Table,
  flowName: FlowName,
  relativePaths: readonly RelativePath[],
): Promise<DeliveryRecord[]> {
  const keys = relativePaths.map((relativePath) => fileKey(flowName, relativePath));
  const records = new Map<string, DeliveryRecord>();
  for (let start = 0; start < keys.length; start += maxKeysPerRequest) {
    let remaining: readonly Readonly<Record<string, unknown>>[] = keys
      .slice(start, start + maxKeysPerRequest)
      .map((key) => ({ ...key }));
    while (remaining.length > 0) {
      const Keys = [...remaining];
      const { Responses = {}, UnprocessedKeys = {} } = await table.client.send(
        new BatchGetCommand({ RequestItems: { [table.name]: { Keys, ConsistentRead: true } } }),
      );
      for (const item of Responses[table.name] ?? []) {
        const { key, record } = fromDeliveryItem(item);
        records.set(keyText(key), record);
      }
      remaining = UnprocessedKeys[table.name]?.Keys ?? [];
      if (remaining.length > 0) await sleep(unprocessedRetryMs);
    }
  }
  return keys.map((key) => records.get(keyText(key)) ?? emptyDeliveryRecord);
}

function keyText({ pk, sk }: ItemKey): string {
  return JSON.stringify([pk, sk]);
}

/**
 * Claims an event of the key in one conditional write. The same event can be claimed again: the first
 * invocation may have been killed before it sent the message.
 * @returns `stale` if a newer event of the key was claimed.
 */
export async function claimEvent(
  table: Table,
  delivery: DeliveryName,
  event: { readonly sequencer: string; readonly versionId: string },
): Promise<'claimed' | 'stale'> {
  const { versionId } = event;
  const claim = { sequencer: comparableSequencer(event.sequencer), versionId };
  const write = claimEventWrite(claim, deliveryBaseName(delivery));
  const { kind } = await writeItem(table, fileKey(delivery.flowName, delivery.relativePath), write);
  return kind === 'written' ? 'claimed' : 'stale';
}

/**
 * Records that the rename of a version, or its upload under the final name, is about to be sent, for a next
 * try that finds no reply.
 */
export async function recordRenaming(
  table: Table,
  delivery: LeasedDelivery,
  renaming: StartedRename,
): Promise<void> {
  const write = renaming.write && { ...renaming.write, until: renaming.write.until.toISOString() };
  await change(table, delivery, { set: { renaming: { ...renaming, write, at: renaming.at.toISOString() } } });
}

/** Records that the rename that an earlier try began did not happen. */
export async function recordNotRenamed(table: Table, delivery: LeasedDelivery): Promise<void> {
  await change(table, delivery, { remove: ['renaming'] });
}

/** Records how far the upload of a version has come, for the invocation that resumes it. */
export async function recordUpload(
  table: Table,
  delivery: LeasedDelivery,
  mark: UploadCheckpoint,
): Promise<void> {
  await change(table, delivery, { set: { upload: mark } });
}

/**
 * Records the version as delivered, and removes everything that belongs to its tries, so that `attention` no
 * longer lists it.
 * @param next `end`: ends the lease. `dispose`: keeps it for the deletion of the object, which the record
 * says is about to happen.
 */
export async function recordDelivered(
  table: Table,
  delivery: LeasedDelivery,
  delivered: DeliveredVersion,
  next: 'end' | 'dispose' = 'end',
): Promise<void> {
  const item = {
    ...delivered,
    modifiedAt: delivered.modifiedAt?.toISOString(),
    deliveredAt: delivered.deliveredAt.toISOString(),
  };
  const ended = [...tryAttributes, 'tooSmall'];
  if (next === 'end') {
    await end(table, delivery, 'delivered', { set: { delivered: item }, remove: [...ended, 'disposing'] });
    return;
  }
  const { versionId, etag } = delivered;
  const set = { delivered: item, disposing: { versionId, etag } };
  await change(table, delivery, { set, remove: ended });
}

/** Records that the object of a delivered version is about to be deleted. */
export async function recordDisposing(
  table: Table,
  delivery: LeasedDelivery,
  { versionId, etag }: Pick<DeliveredVersion, 'versionId' | 'etag'>,
): Promise<void> {
  await change(table, delivery, { set: { disposing: { versionId, etag } } });
}

/**
 * Records that the delivered object is disposed of, and that its deletion hides no other version. Ends the
 * lease.
 * @param lastError `resolved`: it was about the disposal, and `attention` no longer lists the object.
 */
export async function recordDisposed(
  table: Table,
  delivery: LeasedDelivery,
  lastError: 'resolved' | 'unchanged' = 'unchanged',
): Promise<void> {
  const resolved = lastError === 'resolved' ? ['lastError', ...withoutAttention] : [];
  await end(table, delivery, 'disposed', { remove: ['disposing', ...resolved] });
}

/**
 * Records that nothing is left to deliver, so that `attention` no longer lists the object. Ends the lease.
 */
export async function recordNothingToDeliver(table: Table, delivery: LeasedDelivery): Promise<void> {
  await end(table, delivery, 'nothing-to-deliver', { remove: tryAttributes });
}

/**
 * Records that a version is left out for its size, so that neither `attention` nor the queue has it. Ends the
 * lease.
 */
export async function recordTooSmall(
  table: Table,
  delivery: LeasedDelivery,
  tooSmall: TooSmallVersion,
): Promise<void> {
  const item = { ...tooSmall, at: tooSmall.at.toISOString() };
  await end(table, delivery, 'nothing-to-deliver', { set: { tooSmall: item }, remove: tryAttributes });
}

/** What a try that has failed leaves behind. */
export interface TryRemains {
  /** What remains of a rename without a reply: nothing, or what the ledger has. */
  readonly renaming: 'none' | 'unchanged';
  /** The staging files that may be at the partner; undefined: those that the ledger has. */
  readonly staged: readonly StagedFile[] | undefined;
}

/** Records that a try has failed, and puts the object into `attention`. Ends the lease. */
export async function recordDeliveryError(
  table: Table,
  delivery: LeasedDelivery,
  lastError: DeliveryLastError,
  { renaming, staged }: TryRemains = { renaming: 'unchanged', staged: undefined },
): Promise<void> {
  const item = {
    ...lastError,
    failedAt: lastError.failedAt.toISOString(),
    nextTryAt: lastError.nextTryAt?.toISOString(),
  };
  const { set, setIfAbsent } = withAttention(lastError.failedAt, delivery.relativePath);
  const remove = renaming === 'none' ? ['renaming'] : [];
  await end(table, delivery, 'failed', { set: { ...set, lastError: item, staged }, setIfAbsent, remove });
}

/** Ends the lease, and records nothing but the staging files that remain. */
export async function releaseDelivery(
  table: Table,
  delivery: LeasedDelivery,
  staged: readonly StagedFile[],
): Promise<void> {
  await end(table, delivery, 'released', { set: { staged } });
}

/** The attributes that belong to the tries of a version. */
const tryAttributes = ['renaming', 'upload', 'staged', 'lastError', 'replay', ...withoutAttention];

/** Another worker has taken the object, or an operator has had the ledger forget it. Stop. */
export class DeliveryLeaseLostError extends Error {
  override readonly name = 'DeliveryLeaseLostError';
}

type TryChange = Partial<Assignments>;

/** Without an attempt no worker has the object, and nothing fences the write. */
async function change(table: Table, delivery: LeasedDelivery, tryChange: TryChange) {
  const { attempt } = delivery;
  const assignments = toAssignments(delivery, tryChange);
  await write(table, delivery, attempt === undefined ? assignments : tryWrite(attempt, assignments));
}

/** The last write of a try. */
async function end(
  table: Table,
  delivery: LeasedDelivery,
  as: EndOfTry,
  tryChange: TryChange,
): Promise<void> {
  const { attempt } = delivery;
  const assignments = toAssignments(delivery, tryChange);
  await write(table, delivery, attempt === undefined ? assignments : endTryWrite(attempt, as, assignments));
}

function toAssignments(
  delivery: DeliveryName,
  { set = {}, setIfAbsent, remove = [] }: TryChange,
): Assignments {
  return { set: { ...set, name: deliveryBaseName(delivery) }, setIfAbsent, remove };
}

async function write(table: Table, { flowName, relativePath }: DeliveryName, item: ItemWrite): Promise<void> {
  const { kind } = await writeItem(table, fileKey(flowName, relativePath), item);
  if (kind === 'written') return;
  throw new DeliveryLeaseLostError(`Another worker delivers ${relativePath} now; this one stops.`);
}

/** The last part of the object's key. */
export function deliveryBaseName({ relativePath }: DeliveryName): string {
  return relativePath.slice(relativePath.lastIndexOf('/') + 1);
}
