import { Logger } from '@aws-lambda-powertools/logger';
import { injectLambdaContext } from '@aws-lambda-powertools/logger/middleware';
import middy from '@middy/core';
import type { Context, SQSBatchResponse, SQSEvent, SQSRecord } from 'aws-lambda';
import type { PushFunction } from '../contract/names.ts';
import { correlationOf } from './correlation.ts';
import { type Deadline, startDeadline } from './deadline.ts';

/** One message, and how often it has been received: also without being worked on, behind one of its group that failed. */
export interface Received {
  readonly body: unknown;
  /** From 1. */
  readonly received: number;
}

/** A message as it goes to the dead letters: what it said, and its place in the order. */
export interface GivenUp {
  readonly body: unknown;
  readonly group: string;
  readonly deduplicationId: string;
}

/** What becomes of a message that failed: it is handed out again, or given up. */
export type AfterFailure =
  | {
      readonly kind: 'again';
      readonly seconds: number;
      /** Who stays behind it: all of its group, or what has the same order in it. */
      readonly holds: 'group' | 'same-order';
    }
  | { readonly kind: 'give-up'; readonly error: unknown };

/** `more`: it went well as far as it went, and the message is to come again at once, to this or another invocation. */
export type WorkEnd = 'done' | 'more';

export interface QueueCall {
  readonly logger: Logger;
  readonly deadline: Deadline;
}

export interface QueueWork<Tools extends AsyncDisposable> {
  readonly name: PushFunction;
  /** What the messages of one invocation share; closed when all are done. */
  readonly open: (call: QueueCall) => Tools;
  readonly work: (message: Received, tools: Tools) => Promise<WorkEnd>;
  /** What the messages of a group are in order by; undefined: by nothing less than the group. */
  readonly orderOf?: (body: unknown) => string | undefined;
  /** Sets when a message that failed, or was not begun, is handed out again. */
  readonly handOutAgain?: (receiptHandle: string, seconds: number) => Promise<void>;
  /** By what `work` threw. Without it the queue decides: its visibility timeout and its own count of receives. */
  readonly afterFailure?: (message: Received, error: unknown) => AfterFailure;
  /** Puts a message to the dead letters of an ordered queue; where that fails too, the message stays. */
  readonly giveUp?: (message: GivenUp, error: unknown) => Promise<void>;
}

/** No message is begun when less is left of the invocation; of a short one half may be used up. */
const beginUntilMs = 60_000;

/**
 * Makes work on messages a Lambda handler for a queue. A message that fails goes back, and so do those that have to stay behind it:
 * https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-errorhandling.html#services-sqs-batchfailurereporting
 */
export function queueHandler<Tools extends AsyncDisposable>(queue: QueueWork<Tools>) {
  const logger = new Logger({ serviceName: queue.name });
  return middy(async (event: SQSEvent, context: Context): Promise<SQSBatchResponse> => {
    const deadline = startDeadline(() => context.getRemainingTimeInMillis());
    try {
      await using tools = queue.open({ logger, deadline });
      return { batchItemFailures: await failuresOf(event.Records, queue, { logger, deadline, tools }) };
    } finally {
      deadline.clear();
    }
  }).use(injectLambdaContext(logger, { resetKeys: true }));
}

async function failuresOf<Tools extends AsyncDisposable>(
  records: readonly SQSRecord[],
  queue: QueueWork<Tools>,
  { logger, deadline, tools }: QueueCall & { readonly tools: Tools },
): Promise<{ itemIdentifier: string }[]> {
  const failures: { itemIdentifier: string }[] = [];
  const held = new HeldBack();
  const neededMs = Math.min(beginUntilMs, deadline.remainingMs() / 2);
  for (const record of records) {
    const place = { group: record.attributes.MessageGroupId, order: queue.orderOf?.(parseJson(record.body)) };
    const isBegun = !held.has(place) && deadline.remainingMs() >= neededMs;
    const verdict: AfterFailure | undefined = isBegun ? await left(record) : againAtOnce;
    if (verdict === undefined || (verdict.kind === 'give-up' && (await isGivenUp(record, verdict.error))))
      continue;
    failures.push({ itemIdentifier: record.messageId });
    held.add(place, verdict.kind === 'again' ? verdict.holds : 'group');
    await handOutAgain(record, verdict.kind === 'again' ? verdict.seconds : 0);
  }
  return failures;

  /** Undefined where it is done. */
  async function left(record: SQSRecord): Promise<AfterFailure | undefined> {
    const message = {
      body: parseJson(record.body),
      received: Number(record.attributes.ApproximateReceiveCount),
    };
    const whose = correlationOf(message.body);
    logger.appendKeys(whose);
    try {
      return (await queue.work(message, tools)) === 'done' ? undefined : againAtOnce;
    } catch (error) {
      const text = error instanceof Error ? error.message : String(error);
      const verdict = queue.afterFailure?.(message, error) ?? againAtOnce;
      logger.error(text, { messageId: record.messageId, received: message.received, next: verdict });
      return verdict;
    } finally {
      logger.removeKeys(Object.keys(whose));
    }
  }

  async function isGivenUp({ body, attributes, messageId }: SQSRecord, why: unknown): Promise<boolean> {
    const { MessageGroupId: group = '' } = attributes;
    try {
      // The message's own deduplication id would let one vanish that was moved back and is given up again within five minutes.
      await queue.giveUp?.({ body: parseJson(body), group, deduplicationId: messageId }, why);
      return queue.giveUp !== undefined;
    } catch (error) {
      logger.error(`The message could not be put to the dead letters: ${String(error)}`, { messageId });
      return false;
    }
  }

  /** Where this fails, the message waits for the queue's whole visibility timeout, which is made for lost functions: late, not lost. */
  async function handOutAgain({ receiptHandle, messageId }: SQSRecord, seconds: number): Promise<void> {
    await queue.handOutAgain?.(receiptHandle, seconds).catch((error: unknown) => {
      logger.warn(`The message could not be given back early: ${String(error)}`, { messageId });
    });
  }
}

/** For what was not begun, or is to go on. */
const againAtOnce: AfterFailure = { kind: 'again', seconds: 0, holds: 'group' };

interface Place {
  readonly group: string | undefined;
  readonly order: string | undefined;
}

/** Who has to stay behind what was given back: a whole group, or what has the same order in it. */
class HeldBack {
  readonly #groups = new Set<string>();
  readonly #orders = new Set<string>();

  has({ group, order }: Place): boolean {
    return (
      group !== undefined &&
      (this.#groups.has(group) || (order !== undefined && this.#orders.has(`${group} ${order}`)))
    );
  }

  add({ group, order }: Place, holds: 'group' | 'same-order'): void {
    if (group === undefined) return;
    if (holds === 'same-order' && order !== undefined) this.#orders.add(`${group} ${order}`);
    else this.#groups.add(group);
  }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // The schema of whoever works on it says what is wrong with a message that is no JSON.
    return undefined;
  }
}
