import { deliverySchema } from '../contract/delivery.ts';
import { type Bus, publish } from '../events/bus.ts';
import type { Log } from '../runtime/log.ts';
import type { Meter } from '../runtime/metrics.ts';
import type { PushEnd } from './push-file.ts';
import type { TellFailed } from './tell-failed.ts';

/** Puts `push.delivered` on the bus for a message that was delivered, and counts it; says nothing of any other end. */
export function deliveredEvents({ bus, meter, stage }: { bus: Bus; meter: Meter; stage: string }) {
  return async (end: PushEnd, body: unknown, log: Pick<Log, 'error'>): Promise<void> => {
    if (end !== 'delivered') return;
    const { partner, flow, key, versionId, sizeBytes } = deliverySchema.parse(body);
    meter.ofStage({ FilesMoved: 1, BytesMoved: sizeBytes }, { partner, flow });
    const detail = { stage, partner, flow, key, versionId, sizeBytes };
    await publish(bus, 'push.delivered', detail).catch((error: unknown) => {
      // It is delivered and recorded: to fail now would deliver it again.
      log.error(`The event push.delivered could not be told: ${String(error)}`);
    });
  };
}

/** Counts each failure that is told. */
export function countFailures(tellFailed: TellFailed, meter: Meter): TellFailed {
  return async (delivery, failure) => {
    meter.ofStage({ FilesFailed: 1 }, { partner: delivery.partner, flow: delivery.flow });
    await tellFailed(delivery, failure);
  };
}
