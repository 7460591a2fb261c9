import { randomUUID } from 'node:crypto';
import { localAccount, localRegion } from '../local-account.ts';
import type { Queues } from '../queues/queues.ts';
import type { JsonValue } from '../states/json-path.ts';
import type { RuleDefinition } from './rule-definition.ts';

/** An event before the bus has given it its envelope. */
export interface NewEvent {
  readonly source: string;
  readonly detailType: string;
  readonly detail: JsonValue;
  readonly resources: readonly string[];
  readonly time: Date;
}

export interface EventBusOptions {
  readonly rules: readonly RuleDefinition[];
  readonly queues: Queues;
  /** Told of each event before its targets are. */
  readonly onEvent: (event: NewEvent) => void;
}

/**
 * The account's default event bus: a rule's targets get a matching event at once, as the body of a message. Where a target is
 * too small for the event, the event is lost for it, as without a dead-letter queue.
 */
export class EventBus {
  readonly #options: EventBusOptions;

  constructor(options: EventBusOptions) {
    this.#options = options;
  }

  /** Returns the id of the event. The targets have it when this returns. */
  put(newEvent: NewEvent): string {
    const { source, detailType, detail, resources, time } = newEvent;
    const { rules, queues, onEvent } = this.#options;
    onEvent(newEvent);
    const id = randomUUID();
    const event = {
      version: '0',
      id,
      'detail-type': detailType,
      source,
      account: localAccount,
      time: time.toISOString().replace(/\.\d+Z$/, 'Z'),
      region: localRegion,
      resources: [...resources],
      detail,
    };
    const matching = rules.filter(({ matches }) => matches(event));
    for (const arn of matching.flatMap(({ targetArns }) => targetArns)) {
      const body = JSON.stringify(event);
      const queue = queues.byArn(arn);
      if (queue === undefined || Buffer.byteLength(body) > queue.definition.maxMessageBytes) continue;
      queue.send({ body, group: undefined, deduplicationId: undefined }, { delayMs: 0 });
    }
    return id;
  }
}
