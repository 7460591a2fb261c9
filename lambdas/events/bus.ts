import { EventBridgeClient, PutEventsCommand } from '@aws-sdk/client-eventbridge';
import { type Events, eventSource } from '../contract/event.ts';

/** The account's default event bus, where rules of whoever wants to know can see what happened. */
export interface Bus {
  readonly client: EventBridgeClient;
}

/** A client of the account's default bus, with region and endpoint from the environment. */
export function openBus(): Bus {
  return { client: new EventBridgeClient({}) };
}

/** @throws where the bus did not take the event. */
export async function publish<T extends keyof Events>(bus: Bus, type: T, detail: Events[T]): Promise<void> {
  const { FailedEntryCount = 0, Entries = [] } = await bus.client.send(
    new PutEventsCommand({
      Entries: [{ Source: eventSource, DetailType: type, Detail: JSON.stringify(detail) }],
    }),
  );
  if (FailedEntryCount > 0)
    throw new Error(`The event ${type} was not taken: ${Entries[0]?.ErrorMessage ?? ''}`);
}
