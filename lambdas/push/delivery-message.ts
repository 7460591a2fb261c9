import { createHash } from 'node:crypto';
import { type Delivery, deliverySchema } from '../contract/delivery.ts';
import type { OrderedMessage } from '../queues/queue.ts';
import { deliveryGroup } from '../sync/delivery-group.ts';
import type { RemotePath } from '../sync/remote-path.ts';

/** The message that has an object version delivered. @param occasion makes a later message for the same version another one. */
export function deliveryMessage(
  delivery: Delivery,
  way: { readonly target: RemotePath; readonly connections: number; readonly occasion: string },
): OrderedMessage {
  const { partner, flow, key, versionId } = delivery;
  const identity = JSON.stringify([partner, flow, key, versionId, way.occasion]);
  return {
    group: deliveryGroup(partner, way.target, way.connections),
    deduplicationId: createHash('sha256').update(identity).digest('hex'),
    body: delivery,
  };
}

/** The object whose versions are delivered one after another. Undefined for what is no delivery. */
export function deliveredObject(body: unknown): string | undefined {
  const delivery = deliverySchema.safeParse(body);
  return delivery.success ? JSON.stringify([delivery.data.partner, delivery.data.key]) : undefined;
}
