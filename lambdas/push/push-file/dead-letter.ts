import { deliverySchema } from '../../contract/events/delivery.ts';
import { type Queue, sendInOrder } from '../../queues/queue.ts';
import type { DeadLetter } from '../../runtime/queue-handler.ts';
import type { PushEvents } from '../push-events.ts';
import { toDeadLetterReason } from './delivery-error.ts';

/**
 * Makes the function that sends a message to the dead-letter queue, where it waits for `redrive`, and
 * publishes `push.failed` if the message is a delivery.
 */
export function makeDeadLetter(deadLetters: Queue, events: Pick<PushEvents, 'publishFailed'>) {
  return async (message: DeadLetter, error: unknown): Promise<void> => {
    await sendInOrder(deadLetters, [message]);
    const delivery = deliverySchema.safeParse(message.body);
    if (delivery.success) await events.publishFailed(delivery.data, toDeadLetterReason(error));
  };
}
