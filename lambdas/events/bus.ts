import { EventBridgeClient, PutEventsCommand } from '@aws-sdk/client-eventbridge';
import { type Events, eventSource } from '../contract/events/event.ts';

/** The default event bus of the account, on which EventBridge rules match the product's events. */
export interface Bus {
  readonly client: EventBridgeClient;
}

/** The client takes region and endpoint from the environment. */
export function openBus(): Bus {
  return { client: new EventBridgeClient({}) };
}

/** @throws where EventBridge rejects the event. */
async function publish<T extends keyof Events>(bus: Bus, type: T, detail: Events[T]): Promise<void> {
  const { FailedEntryCount = 0, Entries = [] } = await bus.client.send(
    new PutEventsCommand({
      Entries: [{ Source: eventSource, DetailType: type, Detail: JSON.stringify(detail) }],
    }),
  );
  if (FailedEntryCount > 0)
    throw new Error(`EventBridge rejected the event ${type}: ${Entries[0]?.ErrorMessage ?? ''}`);
}

/** Where an event that the bus rejects is named and counted. */
export interface RejectionReport {
  readonly log: { error(message: string, fields: Readonly<Record<string, unknown>>): void };
  readonly meter: {
    readonly recordForStage: (values: { EventsRejected: number }, context: { type: string }) => void;
  };
}

/**
 * Publishes the event. One that EventBridge rejects is logged and counted in the metric `EventsRejected`.
 * @throws where EventBridge rejects the event. No alarm depends on an event, so most callers go on.
 */
export async function publishCounted<T extends keyof Events>(
  bus: Bus,
  event: { readonly type: T; readonly detail: Events[T] },
  { log, meter }: RejectionReport,
): Promise<void> {
  const { type, detail } = event;
  try {
    await publish(bus, type, detail);
  } catch (error) {
    log.error(`Could not publish the event ${type}: ${String(error)}`, { error: 'event-rejected', detail });
    meter.recordForStage({ EventsRejected: 1 }, { type });
    throw error;
  }
}
