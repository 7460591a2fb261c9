import type { Delivery } from '../contract/delivery.ts';
import type { PushFailed } from '../contract/event.ts';
import { type Bus, publish } from '../events/bus.ts';

/** Why nobody tries a delivery any more. */
export type PushFailure = Pick<PushFailed, 'end' | 'fault' | 'message'>;

export type TellFailed = (delivery: Delivery, failure: PushFailure) => Promise<void>;

/** Puts `push.failed` on the bus, for rules that call somebody. It may be told twice where a function is killed. */
export function failedEvents(bus: Bus, stage: string): TellFailed {
  return ({ partner, flow, key, versionId }, failure) =>
    publish(bus, 'push.failed', { stage, partner, flow, key, versionId, ...failure });
}
