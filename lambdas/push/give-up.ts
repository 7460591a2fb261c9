import { deliverySchema } from '../contract/delivery.ts';
import { type Queue, sendInOrder } from '../queues/queue.ts';
import type { GivenUp } from '../runtime/queue-handler.ts';
import { givenUp } from './push-fault.ts';
import type { TellFailed } from './tell-failed.ts';

/** Puts a message that nobody tries any more to the dead letters, and tells so where it is a delivery. */
export function giveUpTo(deadLetters: Queue, tellFailed: TellFailed) {
  return async (message: GivenUp, error: unknown): Promise<void> => {
    await sendInOrder(deadLetters, [message]);
    const delivery = deliverySchema.safeParse(message.body);
    if (delivery.success) await tellFailed(delivery.data, givenUp(error));
  };
}
