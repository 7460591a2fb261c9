import type { Context } from 'aws-lambda';
import { onTestFinished, vi } from 'vitest';
import { type Delivery, deliverySchema } from '../../../lambdas/contract/events/delivery.ts';
import { parseRemotePath } from '../../../lambdas/core/path/remote-path.ts';
import { deliveredObject, deliveryMessage } from '../../../lambdas/push/delivery-message.ts';
import { makeDeadLetter } from '../../../lambdas/push/push-file/dead-letter.ts';
import { afterFailure } from '../../../lambdas/push/push-file/delivery-error.ts';
import { changeVisibility, openQueue, sendInOrder } from '../../../lambdas/queues/queue.ts';
import { queueHandler } from '../../../lambdas/runtime/queue-handler.ts';
import { findFailedIds } from '../../../local/event-source-mappings/item-failures.ts';
import { toQueueEvent } from '../../../local/event-source-mappings/queue-event.ts';
import type { Queue } from '../../../local/sqs/queue.ts';
import { queueUrl } from '../../../local/sqs/queue-address.ts';
import type { Queues } from '../../../local/sqs/queues.ts';
import { deployedPushQueue } from './deployed-push-queue.ts';
import { startQueues } from './queue-service.ts';

const secondMs = 1000;
const minuteMs = 60 * secondMs;

const startMs = Date.parse('2026-11-20T00:00:00Z');

interface Clock {
  sinceStartMs: number;
}

interface Parts {
  readonly queues: Queues;
  /** The URL of the service. */
  readonly endpoint: string;
  readonly deliver: Deliver;
  readonly clock: Clock;
}

/** Delivers an object. @returns how that ended. */
type Deliver = (delivery: Delivery) => Promise<string>;

/**
 * The push queue with its deployed settings, its dead-letter queue and its handler, with the product's own
 * rules for what follows an error. Only the clock is simulated: it advances when the test says so, and a try
 * takes no time.
 */
export class SimulatedDeliveries {
  /** `MINUTE NAME END` of every try, in order. */
  readonly tries: string[] = [];
  /** For `redriveAll`: the URLs of the dead-letter queues. */
  readonly deadLetters: readonly string[];
  readonly #queues: Queues;
  readonly #endpoint: string;
  readonly #deliver: Deliver;
  readonly #clock: Clock;

  private constructor(parts: Parts) {
    const { queues, endpoint } = parts;
    this.#queues = queues;
    this.#endpoint = endpoint;
    this.#deliver = parts.deliver;
    this.#clock = parts.clock;
    this.deadLetters = [queueUrl(endpoint, deployed.deadLetters.name)];
  }

  /** Stopped after the test. */
  static async start(deliver: Deliver): Promise<SimulatedDeliveries> {
    const clock = { sinceStartMs: 0 };
    const now = () => new Date(startMs + clock.sinceStartMs);
    const { queues, url, stop } = await startQueues([deployed.queue, deployed.deadLetters], now);
    onTestFinished(stop);
    vi.stubEnv('AWS_ENDPOINT_URL_SQS', url);
    return new SimulatedDeliveries({ queues, endpoint: url, deliver, clock });
  }

  get minute(): number {
    return this.#clock.sinceStartMs / minuteMs;
  }

  /** Sends a message like route-object, to the only group of a partner with one connection. */
  async send(delivery: Delivery): Promise<void> {
    const way = { target: parseRemotePath('/in'), connections: 1, occasion: 'event' };
    await sendInOrder(this.#open(deployed.queue.name), [deliveryMessage(delivery, way)]);
  }

  /** Advances the clock to that minute, and processes everything that is due. */
  async passUntil(minute: number): Promise<void> {
    while (this.minute < minute) {
      await this.#workOnWhatIsDue();
      this.#clock.sinceStartMs += 30 * secondMs;
    }
    await this.#workOnWhatIsDue();
  }

  /** The names of the objects with messages in the queue or its dead-letter queue. */
  left(): { readonly queued: readonly string[]; readonly dead: readonly string[] } {
    const namesIn = (name: string) =>
      this.#queue(name)
        .waiting()
        .map(({ body }) => baseName(deliverySchema.parse(JSON.parse(body))));
    return { queued: namesIn(deployed.queue.name), dead: namesIn(deployed.deadLetters.name) };
  }

  async #workOnWhatIsDue(): Promise<void> {
    const queue = this.#queue(deployed.queue.name);
    const hiddenMs = deployed.queue.visibilityTimeoutSeconds * secondMs;
    const options = { limit: deployed.batchSize, maxBytes: 1024 * 1024, hiddenMs, groups: 'one' } as const;
    for (;;) {
      const batch = queue.receive({ ...options, isHeld: true });
      if (batch.length === 0) return;
      const event = JSON.parse(JSON.stringify(toQueueEvent(deployed.queue.arn, batch)));
      const answer = await this.#handler()(event, context());
      const failed = findFailedIds(
        JSON.stringify(answer),
        batch.map(({ id }) => id),
      );
      for (const { id, sequence } of batch) if (!failed.has(id)) queue.remove(sequence);
      queue.release(batch);
    }
  }

  /** Like push-file.handler.ts, except for what delivers. */
  #handler() {
    const queue = this.#open(deployed.queue.name);
    const deadLetters = this.#open(deployed.deadLetters.name);
    return queueHandler({
      name: 'push-file',
      open: () => ({ [Symbol.asyncDispose]: async () => {} }),
      process: async ({ body }) => {
        const end = await this.#try(deliverySchema.parse(body));
        return end === 'not-disposed' ? 'continue' : 'done';
      },
      orderKey: deliveredObject,
      changeVisibility: (receiptHandle, seconds) => changeVisibility(queue, receiptHandle, seconds),
      onError: ({ receiveCount }, error) => afterFailure(receiveCount, error),
      deadLetter: makeDeadLetter(deadLetters, { publishFailed: async () => {} }),
    });
  }

  async #try(delivery: Delivery): Promise<string> {
    const said = (end: string) => this.tries.push(`${this.minute} ${baseName(delivery)} ${end}`);
    try {
      const end = await this.#deliver(delivery);
      said(end);
      return end;
    } catch (error) {
      said('failed');
      throw error;
    }
  }

  #open(name: string) {
    return openQueue(queueUrl(this.#endpoint, name));
  }

  #queue(name: string): Queue {
    const queue = this.#queues.byName(name);
    if (queue === undefined) throw new Error(`There is no queue ${name}.`);
    return queue;
  }
}

const deployed = deployedPushQueue();

function baseName({ key }: Delivery): string {
  return key.slice(key.lastIndexOf('/') + 1);
}

function context(): Context {
  return {
    awsRequestId: 'request',
    functionName: 'push-file',
    functionVersion: '1',
    invokedFunctionArn: 'arn:aws:lambda:eu-south-1:000000000000:function:push-file',
    memoryLimitInMB: '1024',
    logGroupName: 'group',
    logStreamName: 'stream',
    callbackWaitsForEmptyEventLoop: false,
    getRemainingTimeInMillis: () => deployed.timeoutSeconds * secondMs,
    done: () => {},
    fail: () => {},
    succeed: () => {},
  };
}
