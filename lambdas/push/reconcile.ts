import type { z } from 'zod';
import type { ReconcileCursor, reconcileInputSchema } from '../contract/delivery.ts';
import { deliveriesOf } from '../ledger/delivery-entries.ts';
import { recordRunEnded } from '../ledger/flow-state.ts';
import { pauseOf } from '../ledger/pauses.ts';
import type { Table } from '../ledger/table.ts';
import type { Partners } from '../partners/partners.ts';
import { pushFlowOf } from '../partners/read-partner.ts';
import { type OrderedMessage, type Queue, sendInOrder } from '../queues/queue.ts';
import type { Deadline } from '../runtime/deadline.ts';
import type { Bucket } from '../s3/bucket.ts';
import { type ListedObject, objectsAfter } from '../s3/list-objects.ts';
import { currentObject } from '../s3/read-object.ts';
import { deliveryPaths } from '../sync/delivery-path.ts';
import { unknownDelivery } from '../sync/delivery-record.ts';
import { makeSelector } from '../sync/selection.ts';
import { deliveryMessage } from './delivery-message.ts';
import { deliveryRules } from './delivery-rules.ts';
import type { Route } from './flow-routes.ts';

export interface ReconcileSystems {
  readonly table: Table;
  readonly outbox: Bucket;
  readonly pushQueue: Queue;
  readonly readPartner: Partners['readPartner'];
  readonly deadline: Deadline;
}

/** No page is begun when less is left of the invocation. */
const beginUntilMs = 60_000;

/** How many objects are asked for their version at once. */
const looksAtOnce = 25;

/**
 * Finds what an event missed: lists the prefix page by page, and has delivered what the ledger does not show as delivered in
 * its current version. Holds one page and what is known of it, however many objects there are. One page at least is done in
 * each call, so that the calls come to an end.
 */
export async function reconcile(
  { partner: id, flow: flowId, execution, cursor }: z.infer<typeof reconcileInputSchema>,
  systems: ReconcileSystems,
): Promise<ReconcileCursor> {
  const partner = await systems.readPartner(id);
  const route = { partner, flow: pushFlowOf(partner, flowId) };
  // What is paused is found by the reconcile that ends the pause.
  if ((await pauseOf(systems.table, { partner: id, flow: flowId })) !== undefined) {
    return { ...cursor, done: true };
  }
  let { after, listed, enqueued } = cursor;
  do {
    const page = await objectsAfter(systems.outbox, route.flow.prefix, after);
    const missed = await undelivered(page, route, systems);
    const messages = await messagesFor(missed, { route, occasion: execution.id, outbox: systems.outbox });
    await sendInOrder(systems.pushQueue, messages);
    listed += page.length;
    enqueued += messages.length;
    const last = page.at(-1);
    if (last === undefined) {
      const ended = { startedAt: execution.startedAt, end: 'good' } as const;
      await recordRunEnded(systems.table, { partner: id, flow: flowId }, ended);
      return { done: true, after, listed, enqueued };
    }
    after = last.key;
  } while (systems.deadline.remainingMs() > beginUntilMs);
  return { done: false, after, listed, enqueued };
}

/** What the flow wants of a page and the ledger does not show as delivered. */
async function undelivered(
  page: readonly ListedObject[],
  { partner, flow }: Route,
  { table }: ReconcileSystems,
): Promise<ListedObject[]> {
  const select = makeSelector(flow);
  const below = ({ key }: ListedObject) => key.slice(flow.prefix.length);
  const wanted = page.filter((object) => select(below(object)) === 'selected');
  const flowName = { partner: partner.partner, flow: flow.name };
  const records = await deliveriesOf(table, flowName, wanted.map(below));
  return wanted.filter(({ etag }, index) => {
    const { delivered, replay } = records[index] ?? unknownDelivery;
    return delivered?.etag !== etag || replay !== undefined;
  });
}

/** A message for the current version of each object that is still there, in their order. */
async function messagesFor(
  objects: readonly ListedObject[],
  { route, occasion, outbox }: { readonly route: Route; readonly occasion: string; readonly outbox: Bucket },
): Promise<OrderedMessage[]> {
  const { partner, flow } = route;
  const connections = partner.connection.maxConnections;
  const messageOf = async ({ key }: ListedObject): Promise<OrderedMessage | undefined> => {
    const current = await currentObject(outbox, key);
    if (current === undefined) return undefined;
    const { versionId, sizeBytes } = current;
    const paths = deliveryPaths(deliveryRules(flow), { key, versionId });
    // What has no place at the partner is recorded as failed by who delivers.
    const target = typeof paths === 'string' ? flow.remote : paths.target;
    const delivery = { partner: partner.partner, flow: flow.name, key, versionId, sizeBytes };
    return deliveryMessage(delivery, { target, connections, occasion });
  };
  const messages: OrderedMessage[] = [];
  for (let start = 0; start < objects.length; start += looksAtOnce) {
    const some = await Promise.all(objects.slice(start, start + looksAtOnce).map(messageOf));
    messages.push(...some.filter((message) => message !== undefined));
  }
  return messages;
}
