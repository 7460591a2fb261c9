import { type Delivery, deliverySchema } from '../contract/events/delivery.ts';
import type { Events, EventType, PushFailed } from '../contract/events/event.ts';
import { type Bus, publishCounted } from '../events/bus.ts';
import type { Log } from '../runtime/log.ts';
import type { Meter } from '../runtime/metrics.ts';

/** Why a delivery is not tried again. */
export type FailedDelivery = Pick<PushFailed, 'outcome' | 'error' | 'message'>;

export interface PushEventTarget {
  readonly bus: Bus;
  readonly meter: Meter;
  readonly stage: string;
  readonly log: Pick<Log, 'error'>;
}

/** The events of the push: each is counted as a metric and put on the bus. */
export class PushEvents {
  readonly #target: PushEventTarget;

  constructor(target: PushEventTarget) {
    this.#target = target;
  }

  /**
   * Publishes `push.delivered` for a message that delivered its version, and nothing for any other end. A bus
   * that does not take the event is logged and counted: the delivery is recorded, and an error would repeat
   * it.
   */
  async publishEnd({ end, body }: { readonly end: string; readonly body: unknown }): Promise<void> {
    if (end !== 'delivered' && end !== 'not-disposed') return;
    const { meter, stage } = this.#target;
    const { partner, flow, key, versionId, sizeBytes } = deliverySchema.parse(body);
    meter.recordForStage({ FilesTransferred: 1, BytesTransferred: sizeBytes }, { partner, flow });
    const detail = { stage, partner, flow, key, versionId, sizeBytes };
    await this.#publish('push.delivered', detail);
  }

  /**
   * Publishes `push.failed`. A function that is killed may publish it twice. A bus that does not take the
   * event keeps neither this message nor those behind it: the ledger or the dead-letter queue has it.
   */
  async publishFailed(delivery: Delivery, failed: FailedDelivery): Promise<void> {
    const { meter, stage } = this.#target;
    const { partner, flow, key, versionId } = delivery;
    meter.recordForStage({ FilesFailed: 1 }, { partner, flow });
    await this.#publish('push.failed', { stage, partner, flow, key, versionId, ...failed });
  }

  async #publish<T extends EventType>(type: T, detail: Events[T]): Promise<void> {
    const { bus, meter, log } = this.#target;
    await publishCounted(bus, { type, detail }, { log, meter }).catch(() => undefined);
  }
}
