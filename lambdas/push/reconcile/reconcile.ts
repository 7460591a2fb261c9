import type { z } from 'zod';
import type { ReconcileCursor, reconcileInputSchema } from '../../contract/events/delivery.ts';
import type { PartnerFile } from '../../contract/partner-file/partner-file.ts';
import type { PushFlow } from '../../contract/partner-file/push-flow.ts';
import { deliveryPaths } from '../../core/delivery/delivery-path.ts';
import { type DeliveryRecord, emptyDeliveryRecord } from '../../core/delivery/delivery-record.ts';
import { isTooSmall } from '../../core/delivery/delivery-step.ts';
import { keyBelow } from '../../core/path/relative-path.ts';
import { makeSelector } from '../../core/path/selection.ts';
import { listDeliveries } from '../../ledger/entries/delivery-entries.ts';
import { findPause } from '../../ledger/pauses.ts';
import { recordRunEnded } from '../../ledger/runs/flow-state.ts';
import type { Table } from '../../ledger/table.ts';
import type { Partners } from '../../partners/partners.ts';
import { findPushFlow } from '../../partners/read-partner.ts';
import { type OrderedMessage, type Queue, sendAcceptable } from '../../queues/queue.ts';
import type { Deadline } from '../../runtime/deadline.ts';
import type { StepLog } from '../../runtime/log.ts';
import type { Bucket } from '../../s3/bucket.ts';
import { type ListedObject, listObjectsAfter } from '../../s3/list-objects.ts';
import { currentObject } from '../../s3/object-versions.ts';
import { StorageError } from '../../s3/storage-error.ts';
import { deliveryMessage } from '../delivery-message.ts';
import { findDelivered, maxConcurrentHeads } from '../find-delivered.ts';
import { type RefusedObject, recordRefusedObjects, toRefusedObject } from './refused-objects.ts';

export interface ReconcileDependencies {
  readonly table: Table;
  readonly outbox: Bucket;
  readonly pushQueue: Queue;
  readonly readPartner: Partners['readPartner'];
  readonly deadline: Deadline;
  readonly log: Pick<StepLog, 'warn'>;
  readonly now: () => Date;
}

interface Route {
  readonly partner: PartnerFile;
  readonly flow: PushFlow;
}

/** No page is begun when less than this is left of the invocation. */
const minTimeForPageMs = 60_000;

/**
 * Finds objects whose event was missed: lists the prefix page by page, and sends a message for each object
 * that the ledger does not have as delivered in its current version. An object that S3 does not show, or
 * whose message SQS does not take, is recorded as failed, and the others are sent. Holds one page and its
 * records in memory.
 * @returns the cursor. Call again with it until `done`; each call processes at least one page.
 * @throws PartnerError, StorageError
 */
export async function reconcile(
  { partner: id, flow: flowId, execution, cursor }: z.infer<typeof reconcileInputSchema>,
  dependencies: ReconcileDependencies,
): Promise<ReconcileCursor> {
  const partner = await dependencies.readPartner(id);
  const route = { partner, flow: findPushFlow(partner, flowId) };
  // The reconcile that `resume` starts finds what is skipped here.
  if ((await findPause(dependencies.table, { partner: id, flow: flowId })) !== undefined) {
    return { ...cursor, done: true };
  }
  let { after, listed, enqueued } = cursor;
  do {
    const page = await listObjectsAfter(dependencies.outbox, route.flow.prefix, after);
    const missed = await findUndelivered(page, route, dependencies);
    const { messages, refused } = await toMessages(missed, {
      route,
      occasion: execution.id,
      outbox: dependencies.outbox,
    });
    const rejected = await sendAcceptable(dependencies.pushQueue, messages);
    const failed = [...refused, ...rejected.map(toRefusedObject)];
    await recordRefusedObjects(failed, { partner: id, flow: route.flow }, dependencies);
    listed += page.length;
    enqueued += messages.length - rejected.length;
    const last = page.at(-1);
    if (last === undefined) {
      const ended = { startedAt: execution.startedAt, end: 'good' } as const;
      await recordRunEnded(dependencies.table, { partner: id, flow: flowId }, ended);
      return { done: true, after, listed, enqueued };
    }
    after = last.key;
  } while (dependencies.deadline.remainingMs() > minTimeForPageMs);
  return { done: false, after, listed, enqueued };
}

/** The objects of a page that the flow selects and the ledger does not have as delivered. */
async function findUndelivered(
  page: readonly ListedObject[],
  { partner, flow }: Route,
  { table, outbox }: ReconcileDependencies,
): Promise<ListedObject[]> {
  const select = makeSelector(flow);
  const wanted = page.filter(({ key }) => select(key.slice(flow.prefix.length)) === 'selected');
  const flowName = { partner: partner.partner, flow: flow.name };
  const records = await listDeliveries(
    table,
    flowName,
    wanted.map(({ key }) => keyBelow(flow.prefix, key)),
  );
  const recorded = wanted.map((object, index) => ({ object, record: records[index] ?? emptyDeliveryRecord }));
  const delivered = await findDelivered(outbox, recorded);
  return recorded
    .filter(({ object, record }) => !delivered.has(object.key) && !isLeftOut(flow, object, record))
    .map(({ object }) => object);
}

/** One that is left out for its size gets a message only where an earlier version has left something. */
function isLeftOut(flow: PushFlow, object: ListedObject, record: DeliveryRecord): boolean {
  const { lastError, upload, staged, renaming } = record;
  const isUntouched =
    lastError === undefined && upload === undefined && staged.length === 0 && renaming === undefined;
  return isUntouched && isTooSmall(flow, object, record);
}

interface FoundMessages {
  readonly messages: readonly OrderedMessage[];
  /** The objects that S3 does not show. */
  readonly refused: readonly RefusedObject[];
}

/** A message for the current version of each object that still exists, in the order of the objects. */
async function toMessages(
  objects: readonly ListedObject[],
  { route, occasion, outbox }: { readonly route: Route; readonly occasion: string; readonly outbox: Bucket },
): Promise<FoundMessages> {
  const { partner, flow } = route;
  const connections = partner.connection.maxConnections;
  const refused: RefusedObject[] = [];
  const toMessage = async ({ key }: ListedObject): Promise<OrderedMessage | undefined> => {
    const current = await currentObject(outbox, key).catch((error: unknown) => {
      if (!(error instanceof StorageError && error.kind === 'object-refused')) throw error;
      refused.push({ key, versionId: '', error: 'storage', message: error.message });
      return undefined;
    });
    if (current === undefined) return undefined;
    const { versionId, sizeBytes } = current;
    const paths = deliveryPaths(flow, { key, versionId });
    // PushFile refuses a key without a valid name at the partner, and records that.
    const target = typeof paths === 'string' ? flow.remote : paths.target;
    const delivery = { partner: partner.partner, flow: flow.name, key, versionId, sizeBytes };
    return deliveryMessage(delivery, { target, connections, occasion });
  };
  const messages: OrderedMessage[] = [];
  for (let start = 0; start < objects.length; start += maxConcurrentHeads) {
    const batch = await Promise.all(objects.slice(start, start + maxConcurrentHeads).map(toMessage));
    messages.push(...batch.filter((message) => message !== undefined));
  }
  return { messages, refused };
}
