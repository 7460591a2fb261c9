import { createHash } from 'node:crypto';
import { type Delivery, deliverySchema } from '../contract/events/delivery.ts';
import { deliveryGroup } from '../core/delivery/delivery-group.ts';
import type { RemotePath } from '../core/path/remote-path.ts';
import type { OrderedMessage } from '../queues/queue.ts';

/** Where a delivery goes, and why it is sent. */
export interface MessageRoute {
  readonly target: RemotePath;
  /** The partner's `maxConnections`, which is its number of message groups. */
  readonly connections: number;
  /**
   * `event`, or the id of the execution or command. SQS drops a message with the deduplication id of an
   * earlier one within five minutes; another occasion makes it another message.
   */
  readonly occasion: string;
}

/** The message of the push queue that delivers an object version. */
export function deliveryMessage(
  delivery: Delivery,
  { target, connections, occasion }: MessageRoute,
): OrderedMessage {
  const { partner, flow, key, versionId } = delivery;
  const identity = JSON.stringify([partner, flow, key, versionId, occasion]);
  return {
    group: deliveryGroup(partner, target, connections),
    deduplicationId: createHash('sha256').update(identity).digest('hex'),
    body: delivery,
  };
}

/**
 * Identifies the object of a message: its versions are delivered in order. Undefined if it is not a delivery.
 */
export function deliveredObject(body: unknown): string | undefined {
  const delivery = deliverySchema.safeParse(body);
  return delivery.success ? JSON.stringify([delivery.data.partner, delivery.data.key]) : undefined;
}
