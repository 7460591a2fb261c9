import { objectCreatedSchema } from '../contract/delivery.ts';
import { claimEvent, recordDeliveryFailure } from '../ledger/delivery-entries.ts';
import type { Table } from '../ledger/table.ts';
import { type Queue, sendInOrder } from '../queues/queue.ts';
import { deliveryPaths } from '../sync/delivery-path.ts';
import { makeSelector } from '../sync/selection.ts';
import { deliveryMessage } from './delivery-message.ts';
import { deliveryRules } from './delivery-rules.ts';
import type { FlowRoutes, Route } from './flow-routes.ts';

export interface RouteObjectSystems {
  readonly table: Table;
  readonly pushQueue: Queue;
  readonly routes: FlowRoutes;
  readonly now: () => Date;
}

/** What became of an event. */
export type Routed = 'sent' | Unwanted | 'refused' | 'stale';

/** Why the event of an object is dropped. */
type Unwanted = 'no-flow' | 'no-event-trigger' | 'not-selected';

/**
 * Sends an 'Object Created' event on to the queue of its flow, unless a newer event of the key has been claimed.
 * A key that has no place at the partner is recorded as failed.
 * @throws ZodError for what is no such event: it goes back to the queue, and to the dead letters in the end.
 */
export async function routeObject(event: unknown, systems: RouteObjectSystems): Promise<Routed> {
  const { object } = objectCreatedSchema.parse(event).detail;
  const { key } = object;
  const believed = wantedRoute(await systems.routes.routeOf(key), key);
  // What was believed may be from before a deployment that wants the object, and a dropped event does not come again.
  const route =
    typeof believed === 'string' ? wantedRoute(await systems.routes.freshRouteOf(key), key) : believed;
  if (typeof route === 'string') return route;
  const { partner, flow } = route;
  const relativePath = key.slice(flow.prefix.length);
  const flowName = { partner: partner.partner, flow: flow.name };
  const versionId = object['version-id'];
  const paths = deliveryPaths(deliveryRules(flow), { key, versionId });
  if (typeof paths === 'string') {
    const message = `The key ${JSON.stringify(key)} has no place at the partner: ${paths}. Put the object under another key.`;
    const failure = { versionId, fault: paths, message, tries: 1, failedAt: systems.now() };
    await recordDeliveryFailure(systems.table, { flowName, relativePath }, failure);
    return 'refused';
  }
  const claim = { sequencer: object.sequencer, versionId };
  if ((await claimEvent(systems.table, { flowName, relativePath }, claim)) === 'stale') return 'stale';
  const delivery = { ...flowName, key, versionId, sizeBytes: object.size };
  const { maxConnections } = partner.connection;
  const way = { target: paths.target, connections: maxConnections, occasion: 'event' };
  await sendInOrder(systems.pushQueue, [deliveryMessage(delivery, way)]);
  return 'sent';
}

/** The route of a key, where its flow wants the event. */
function wantedRoute(route: Route | undefined, key: string): Route | Unwanted {
  if (route === undefined) return 'no-flow';
  const { flow } = route;
  if (!flow.trigger.includes('event')) return 'no-event-trigger';
  return makeSelector(flow)(key.slice(flow.prefix.length)) === 'selected' ? route : 'not-selected';
}
