import { objectCreatedSchema } from '../../contract/events/delivery.ts';
import { deliveryPaths } from '../../core/delivery/delivery-path.ts';
import { keyBelow } from '../../core/path/relative-path.ts';
import { makeSelector } from '../../core/path/selection.ts';
import { claimEvent, recordDeliveryError } from '../../ledger/entries/delivery-entries.ts';
import type { Table } from '../../ledger/table.ts';
import { type Queue, sendInOrder } from '../../queues/queue.ts';
import { deliveryMessage } from '../delivery-message.ts';
import type { FlowRoutes, Route } from './flow-routes.ts';

export interface RouteObjectDependencies {
  readonly table: Table;
  readonly pushQueue: Queue;
  readonly routes: FlowRoutes;
  readonly now: () => Date;
}

/**
 * How an event ended. `sent` to the push queue. `refused`: the key has no valid name at the partner, which is
 * recorded as an error. `stale`: a newer event of the key was claimed.
 */
export type RouteOutcome = 'sent' | Unwanted | 'refused' | 'stale';

/** Why no flow wants the event, which is dropped. */
type Unwanted = 'no-flow' | 'no-event-trigger' | 'not-selected';

/**
 * Turns an 'Object Created' event into a message of the push queue, unless a newer event of the key was
 * claimed.
 * @throws ZodError if it is not such an event: the queue delivers it again, and finally moves it to its
 * dead-letter queue.
 */
export async function routeObject(
  event: unknown,
  dependencies: RouteObjectDependencies,
): Promise<RouteOutcome> {
  const { object } = objectCreatedSchema.parse(event).detail;
  const { key } = object;
  const cached = checkRoute(await dependencies.routes.findRoute(key), key);
  // The cached partner files may be older than a deployment that wants the object, and a dropped event does
  // not come again.
  const route =
    typeof cached === 'string' ? checkRoute(await dependencies.routes.findFreshRoute(key), key) : cached;
  if (typeof route === 'string') return route;
  const { partner, flow } = route;
  const relativePath = keyBelow(flow.prefix, key);
  const flowName = { partner: partner.partner, flow: flow.name };
  const versionId = object['version-id'];
  const paths = deliveryPaths(flow, { key, versionId });
  if (typeof paths === 'string') {
    const message = `The key ${JSON.stringify(key)} has no valid name at the partner: ${paths}. Put the object under another key.`;
    const lastError = {
      versionId,
      error: paths,
      message,
      tries: 1,
      failedAt: dependencies.now(),
      isGivenUp: true,
    };
    await recordDeliveryError(dependencies.table, { flowName, relativePath }, lastError);
    return 'refused';
  }
  const claim = { sequencer: object.sequencer, versionId };
  if ((await claimEvent(dependencies.table, { flowName, relativePath }, claim)) === 'stale') return 'stale';
  const delivery = { ...flowName, key, versionId, sizeBytes: object.size };
  const { maxConnections } = partner.connection;
  const messageRoute = { target: paths.target, connections: maxConnections, occasion: 'event' };
  await sendInOrder(dependencies.pushQueue, [deliveryMessage(delivery, messageRoute)]);
  return 'sent';
}

/** The route, if its flow wants the event of the key. */
function checkRoute(route: Route | undefined, key: string): Route | Unwanted {
  if (route === undefined) return 'no-flow';
  const { flow } = route;
  if (!flow.trigger.includes('event')) return 'no-event-trigger';
  return makeSelector(flow)(key.slice(flow.prefix.length)) === 'selected' ? route : 'not-selected';
}
