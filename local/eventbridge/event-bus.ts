import { randomUUID } from 'node:crypto';
import { localAccount, localRegion } from '../account/local-account.ts';
import type { JsonValue } from '../endpoint/json-value.ts';
import type { Queues } from '../sqs/queues.ts';
import type { RuleDefinition } from './rule-definition.ts';

/** An event without the envelope that the bus adds. */
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
  /** Called for each event, before its targets receive it. */
  readonly onEvent: (event: NewEvent) => void;
}

/**
 * The default event bus of the account. The targets of a matching rule receive the event immediately, as the
 * body of a message. A target whose maximum message size is too small loses the event, as without a
 * dead-letter queue.
 */
export class EventBus {
  readonly #options: EventBusOptions;

  constructor(options: EventBusOptions) {
    this.#options = options;
  }

  /** Returns the id of the event. By then the targets have received it. */
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
