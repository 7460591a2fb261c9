import type { Context } from 'aws-lambda';
import { onTestFinished, vi } from 'vitest';
import { failedIds } from '../../../cli/local/mappings/item-failures.ts';
import { queueEvent } from '../../../cli/local/mappings/queue-event.ts';
import type { Queue } from '../../../cli/local/queues/queue.ts';
import { queueUrl } from '../../../cli/local/queues/queue-address.ts';
import type { Queues } from '../../../cli/local/queues/queues.ts';
import { type Delivery, deliverySchema } from '../../../lambdas/contract/delivery.ts';
import { deliveredObject, deliveryMessage } from '../../../lambdas/push/delivery-message.ts';
import { giveUpTo } from '../../../lambdas/push/give-up.ts';
import { afterFailure } from '../../../lambdas/push/push-fault.ts';
import { handOutAgainIn, openQueue, sendInOrder } from '../../../lambdas/queues/queue.ts';
import { queueHandler } from '../../../lambdas/runtime/queue-handler.ts';
import { parseRemotePath } from '../../../lambdas/sync/remote-path.ts';
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
  /** Where they are served. */
  readonly endpoint: string;
  readonly deliver: Deliver;
  readonly clock: Clock;
}

/** Delivers, and says what it came to. */
type Deliver = (delivery: Delivery) => Promise<string>;

/**
 * The push queue with its deployed settings, its dead letters and the handler that reads it, with the product's own rules of what follows
 * a failure; only time is simulated, and goes where a test lets it. A try takes no time.
 */
export class SimulatedDeliveries {
  /** `MINUTE NAME END` of every try, in their order. */
  readonly tries: string[] = [];
  /** For `moveBack`: the URLs of the dead letters. */
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

  /** Until the test has ended. */
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

  /** Sends it as route-object does, to the only group of a partner with one connection. */
  async send(delivery: Delivery): Promise<void> {
    const way = { target: parseRemotePath('/in'), connections: 1, occasion: 'event' };
    await sendInOrder(this.#open(deployed.queue.name), [deliveryMessage(delivery, way)]);
  }

  /** Lets time pass until that minute, and has everything worked on that is due. */
  async passUntil(minute: number): Promise<void> {
    while (this.minute < minute) {
      await this.#workOnWhatIsDue();
      this.#clock.sinceStartMs += 30 * secondMs;
    }
    await this.#workOnWhatIsDue();
  }

  /** Everything that is in the queue or among the dead letters, by the names of the objects. */
  left(): { readonly queued: readonly string[]; readonly dead: readonly string[] } {
    const namesIn = (name: string) =>
      this.#queue(name)
        .waiting()
        .map(({ body }) => nameOf(deliverySchema.parse(JSON.parse(body))));
    return { queued: namesIn(deployed.queue.name), dead: namesIn(deployed.deadLetters.name) };
  }

  async #workOnWhatIsDue(): Promise<void> {
    const queue = this.#queue(deployed.queue.name);
    const hiddenMs = deployed.queue.visibilityTimeoutSeconds * secondMs;
    const options = { limit: deployed.batchSize, maxBytes: 1024 * 1024, hiddenMs, groups: 'one' } as const;
    for (;;) {
      const batch = queue.receive({ ...options, isHeld: true });
      if (batch.length === 0) return;
      const event = JSON.parse(JSON.stringify(queueEvent(deployed.queue.arn, batch)));
      const answer = await this.#handler()(event, context());
      const failed = failedIds(
        JSON.stringify(answer),
        batch.map(({ id }) => id),
      );
      for (const { id, sequence } of batch) if (!failed.has(id)) queue.remove(sequence);
      queue.letGo(batch);
    }
  }

  /** As push-file.handler.ts has it, but for what delivers. */
  #handler() {
    const queue = this.#open(deployed.queue.name);
    const deadLetters = this.#open(deployed.deadLetters.name);
    return queueHandler({
      name: 'push-file',
      open: () => ({ [Symbol.asyncDispose]: async () => {} }),
      work: async ({ body }) => {
        await this.#try(deliverySchema.parse(body));
        return 'done';
      },
      orderOf: deliveredObject,
      handOutAgain: (receiptHandle, seconds) => handOutAgainIn(queue, receiptHandle, seconds),
      afterFailure: ({ received }, error) => afterFailure(received, error),
      giveUp: giveUpTo(deadLetters, async () => {}),
    });
  }

  async #try(delivery: Delivery): Promise<void> {
    const said = (end: string) => this.tries.push(`${this.minute} ${nameOf(delivery)} ${end}`);
    try {
      said(await this.#deliver(delivery));
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

function nameOf({ key }: Delivery): string {
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
