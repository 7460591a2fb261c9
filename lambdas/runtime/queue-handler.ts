import { Logger } from '@aws-lambda-powertools/logger';
import { injectLambdaContext } from '@aws-lambda-powertools/logger/middleware';
import middy from '@middy/core';
import type { Context, SQSBatchResponse, SQSEvent, SQSRecord } from 'aws-lambda';
import type { PushFunction } from '../contract/names.ts';
import { parseJson } from '../contract/parse-json.ts';
import { toCorrelation } from './correlation.ts';
import { type Deadline, startDeadline } from './deadline.ts';

export interface ReceivedMessage {
  /** Stays the same for every receive. */
  readonly id: string;
  /** Undefined where the message is not JSON. */
  readonly body: unknown;
  /**
   * From 1. SQS counts a receive also where the message was not begun, because an earlier one of its group
   * had failed.
   */
  readonly receiveCount: number;
}

/** A message on its way to the dead-letter queue of a FIFO queue. */
export interface DeadLetter {
  readonly body: unknown;
  readonly group: string;
  readonly deduplicationId: string;
}

/** What happens to a message that failed. */
export type ErrorAction =
  | {
      readonly kind: 'retry';
      readonly delaySeconds: number;
      /** Which later messages wait for it: its whole group, or those of the group with the same order key. */
      readonly blocks: 'group' | 'same-order-key';
    }
  | { readonly kind: 'dead-letter'; readonly error: unknown };

/** `continue`: no error, but more to do: the message is received again at once, by any invocation. */
export type ProcessResult = 'done' | 'continue';

export interface QueueInvocation {
  readonly logger: Logger;
  readonly deadline: Deadline;
}

export interface QueueConsumer<Resources extends AsyncDisposable> {
  readonly name: PushFunction;
  /** Opens what the messages of one invocation share; it is disposed of after the last one. */
  readonly open: (invocation: QueueInvocation) => Resources;
  readonly process: (message: ReceivedMessage, resources: Resources) => Promise<ProcessResult>;
  /** What keeps messages of a group in order; undefined: the group alone does. */
  readonly orderKey?: (body: unknown) => string | undefined;
  /** Sets when SQS hands out a message that failed, or was not begun, again. */
  readonly changeVisibility?: (receiptHandle: string, seconds: number) => Promise<void>;
  /**
   * Decides by what `process` threw. Without it the queue decides: its visibility timeout and its maximum
   * receive count.
   */
  readonly onError?: (message: ReceivedMessage, error: unknown) => ErrorAction;
  /** Sends a message to the dead-letter queue; where it throws, the message stays in the queue. */
  readonly deadLetter?: (message: DeadLetter, error: unknown) => Promise<void>;
}

/** Time that must be left to begin a message; a short invocation begins one while half of it is left. */
const minTimeToBeginMs = 60_000;

/**
 * Makes a consumer the Lambda handler of a queue. It answers with the messages that failed and those that
 * have to wait behind them; SQS deletes all others:
 * https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-errorhandling.html#services-sqs-batchfailurereporting
 */
export function queueHandler<Resources extends AsyncDisposable>(consumer: QueueConsumer<Resources>) {
  const logger = new Logger({ serviceName: consumer.name });
  return middy(async (event: SQSEvent, context: Context): Promise<SQSBatchResponse> => {
    const deadline = startDeadline(() => context.getRemainingTimeInMillis());
    try {
      await using resources = consumer.open({ logger, deadline });
      const batch = new MessageBatch(consumer, resources, { logger, deadline });
      return { batchItemFailures: await batch.process(event.Records) };
    } finally {
      deadline.clear();
    }
  }).use(injectLambdaContext(logger, { resetKeys: true }));
}

class MessageBatch<Resources extends AsyncDisposable> {
  readonly #consumer: QueueConsumer<Resources>;
  readonly #resources: Resources;
  readonly #logger: Logger;
  readonly #deadline: Deadline;

  constructor(
    consumer: QueueConsumer<Resources>,
    resources: Resources,
    { logger, deadline }: QueueInvocation,
  ) {
    this.#consumer = consumer;
    this.#resources = resources;
    this.#logger = logger;
    this.#deadline = deadline;
  }

  /** Processes the records in order. @returns those that stay in the queue. */
  async process(records: readonly SQSRecord[]): Promise<{ itemIdentifier: string }[]> {
    const failures: { itemIdentifier: string }[] = [];
    const blocked = new BlockedMessages();
    const neededMs = Math.min(minTimeToBeginMs, this.#deadline.remainingMs() / 2);
    for (const record of records) {
      const order = {
        group: record.attributes.MessageGroupId,
        key: this.#consumer.orderKey?.(parseJson(record.body)),
      };
      const mayBegin = !blocked.has(order) && this.#deadline.remainingMs() >= neededMs;
      const action = mayBegin ? await this.#processOne(record) : retryAtOnce;
      if (action === undefined) continue;
      if (action.kind === 'dead-letter' && (await this.#sendToDeadLetters(record, action.error))) continue;
      failures.push({ itemIdentifier: record.messageId });
      blocked.add(order, action.kind === 'retry' ? action.blocks : 'group');
      await this.#changeVisibility(record, action.kind === 'retry' ? action.delaySeconds : 0);
    }
    return failures;
  }

  /** Undefined where the message is done. */
  async #processOne(record: SQSRecord): Promise<ErrorAction | undefined> {
    const message = {
      id: record.messageId,
      body: parseJson(record.body),
      receiveCount: Number(record.attributes.ApproximateReceiveCount),
    };
    const correlation = toCorrelation(message.body);
    this.#logger.appendKeys(correlation);
    try {
      const result = await this.#consumer.process(message, this.#resources);
      return result === 'done' ? undefined : retryAtOnce;
    } catch (error) {
      const text = error instanceof Error ? error.message : String(error);
      const action = this.#consumer.onError?.(message, error) ?? retryAtOnce;
      const { receiveCount } = message;
      this.#logger.error(text, { messageId: record.messageId, receiveCount, action });
      return action;
    } finally {
      this.#logger.removeKeys(Object.keys(correlation));
    }
  }

  /** Whether the message is in the dead-letter queue, and may leave this one. */
  async #sendToDeadLetters({ body, attributes, messageId }: SQSRecord, error: unknown): Promise<boolean> {
    const { deadLetter } = this.#consumer;
    if (deadLetter === undefined) return false;
    const { MessageGroupId: group = '' } = attributes;
    try {
      // SQS drops a message that repeats a deduplication id within five minutes. A redriven message that
      // fails again still has its own, so it gets the message id, which is new.
      await deadLetter({ body: parseJson(body), group, deduplicationId: messageId }, error);
      return true;
    } catch (cause) {
      this.#logger.error(`The message could not be sent to the dead-letter queue: ${String(cause)}`, {
        messageId,
      });
      return false;
    }
  }

  /** Where this fails, the message comes back after the queue's visibility timeout: late, but not lost. */
  async #changeVisibility({ receiptHandle, messageId }: SQSRecord, seconds: number): Promise<void> {
    await this.#consumer.changeVisibility?.(receiptHandle, seconds).catch((error: unknown) => {
      this.#logger.warn(`The visibility timeout of the message could not be changed: ${String(error)}`, {
        messageId,
      });
    });
  }
}

/** For a message that was not begun, or has more to do. */
const retryAtOnce: ErrorAction = { kind: 'retry', delaySeconds: 0, blocks: 'group' };

interface MessageOrder {
  readonly group: string | undefined;
  readonly key: string | undefined;
}

/** Which messages must wait behind one that goes back to the queue. */
class BlockedMessages {
  readonly #groups = new Set<string>();
  readonly #keys = new Set<string>();

  has({ group, key }: MessageOrder): boolean {
    return (
      group !== undefined &&
      (this.#groups.has(group) || (key !== undefined && this.#keys.has(`${group} ${key}`)))
    );
  }

  add({ group, key }: MessageOrder, blocks: 'group' | 'same-order-key'): void {
    if (group === undefined) return;
    if (blocks === 'same-order-key' && key !== undefined) this.#keys.add(`${group} ${key}`);
    else this.#groups.add(group);
  }
}
