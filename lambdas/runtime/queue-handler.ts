import { Logger } from '@aws-lambda-powertools/logger';
import { injectLambdaContext } from '@aws-lambda-powertools/logger/middleware';
import middy from '@middy/core';
import type { Context, SQSBatchResponse, SQSEvent, SQSRecord } from 'aws-lambda';
import type { PushFunction } from '../contract/names.ts';
import { type Deadline, startDeadline } from './deadline.ts';

/** One message, and how often it has been received. */
export interface Received {
  readonly body: unknown;
  /** From 1. */
  readonly tries: number;
}

export interface QueueCall {
  readonly logger: Logger;
  readonly deadline: Deadline;
}

export interface QueueWork<Tools extends AsyncDisposable> {
  readonly name: PushFunction;
  /** What the messages of one invocation share; closed when all are done. */
  readonly open: (call: QueueCall) => Tools;
  readonly work: (message: Received, tools: Tools) => Promise<void>;
  /** Sets when a message that failed, or was not begun, is handed out again. */
  readonly handOutAgain?: (receiptHandle: string, seconds: number) => Promise<void>;
  /** Seconds until the next try of a message that has failed, by what `work` threw. */
  readonly pauseSeconds?: (tries: number, error: unknown) => number;
}

/** No message is begun when less is left of the invocation; of a short one half may be used up. */
const beginUntilMs = 60_000;

/**
 * Makes work on messages a Lambda handler for a queue. A message that fails goes back, and so do those behind it in its group:
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
  const closedGroups = new Set<string>();
  const neededMs = Math.min(beginUntilMs, deadline.remainingMs() / 2);
  for (const record of records) {
    const group = record.attributes.MessageGroupId;
    const tries = Number(record.attributes.ApproximateReceiveCount);
    const isBehind = group !== undefined && closedGroups.has(group);
    const pause = isBehind || deadline.remainingMs() < neededMs ? 0 : await failed(record, tries);
    if (pause === undefined) continue;
    failures.push({ itemIdentifier: record.messageId });
    if (group !== undefined) closedGroups.add(group);
    await handOutAgain(record, pause);
  }
  return failures;

  /** Undefined where it went well; else the seconds until the next try. */
  async function failed(record: SQSRecord, tries: number): Promise<number | undefined> {
    try {
      await queue.work({ body: parseJson(record.body), tries }, tools);
      return undefined;
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error);
      logger.error(message, { messageId: record.messageId, tries });
      return queue.pauseSeconds?.(tries, error) ?? 0;
    }
  }

  /** Where this fails, the message waits for the queue's whole visibility timeout, which is made for lost functions: late, not lost. */
  async function handOutAgain({ receiptHandle, messageId }: SQSRecord, seconds: number): Promise<void> {
    await queue.handOutAgain?.(receiptHandle, seconds).catch((error: unknown) => {
      logger.warn(`The message could not be given back early: ${String(error)}`, { messageId });
    });
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
