import type { Context, SQSBatchResponse, SQSRecord } from 'aws-lambda';
import { afterEach, beforeEach, vi } from 'vitest';
import { type QueueConsumer, queueHandler } from '../../../lambdas/runtime/queue-handler.ts';

export const minuteMs = 60_000;

/** The invocation of the current test. */
export const invocation = {
  /** The time that is left; a test may reduce it. */
  remainingMs: 15 * minuteMs,
  /** What the logger wrote, one JSON text for each line. */
  lines: [''],
};

/** The context that Lambda passes to a handler. */
export const context = {
  awsRequestId: 'request-1',
  functionName: 'push-file',
  functionVersion: '1',
  invokedFunctionArn: 'arn:aws:lambda:eu-south-1:000000000000:function:push-file',
  memoryLimitInMB: '256',
  logGroupName: 'group',
  logStreamName: 'stream',
  callbackWaitsForEmptyEventLoop: false,
  getRemainingTimeInMillis: () => invocation.remainingMs,
  done: () => {},
  fail: () => {},
  succeed: () => {},
} satisfies Context;

/** Starts each test of a file with a new invocation and an empty log. */
export function useInvocation(): void {
  beforeEach(() => {
    vi.stubEnv('POWERTOOLS_DEV', 'true');
    invocation.remainingMs = 15 * minuteMs;
    invocation.lines = [];
    for (const level of ['info', 'warn', 'error'] as const) {
      vi.spyOn(console, level).mockImplementation((line: string) => void invocation.lines.push(line));
    }
  });
  afterEach(() => {
    vi.restoreAllMocks();
    vi.unstubAllEnvs();
    vi.useRealTimers();
  });
}

/** A message; its body is its id unless one is given. */
export function message(
  id: string,
  {
    group,
    body,
    receiveCount = 1,
  }: Partial<Record<'group' | 'body', string>> & { receiveCount?: number } = {},
): SQSRecord {
  return {
    messageId: id,
    receiptHandle: `receipt-${id}`,
    body: body ?? JSON.stringify(id),
    attributes: {
      ApproximateReceiveCount: String(receiveCount),
      SentTimestamp: '0',
      SenderId: 'sender',
      ApproximateFirstReceiveTimestamp: '0',
      ...(group === undefined ? {} : { MessageGroupId: group, MessageDeduplicationId: `dedup-${id}` }),
    },
    messageAttributes: {},
    md5OfBody: '',
    eventSource: 'aws:sqs',
    eventSourceARN: 'arn:aws:sqs:eu-south-1:000000000000:push.fifo',
    awsRegion: 'eu-south-1',
  };
}

interface BatchResult {
  /** The bodies that were processed, in order. */
  readonly processed: unknown[];
  /** The ids that the handler reports to SQS: failed or not begun. */
  readonly failed: string[];
  /** The ids whose visibility was changed, each with its delay in seconds. */
  readonly delayed: [string, number][];
  readonly deadLettered: unknown[];
  /** What happened to the shared resources. */
  readonly resources: string[];
}

export type Process = QueueConsumer<AsyncDisposable>['process'];

/** Runs a handler on the messages. A message that fails waits 120 seconds and blocks its group. */
export async function handleBatch(
  records: readonly SQSRecord[],
  process: Process,
  changes: Partial<QueueConsumer<AsyncDisposable>> = {},
): Promise<BatchResult> {
  const result: BatchResult = {
    processed: [],
    failed: [],
    delayed: [],
    deadLettered: [],
    resources: [],
  };
  const handler = queueHandler({
    name: 'push-file',
    open: () => {
      result.resources.push('opened');
      return { [Symbol.asyncDispose]: async () => void result.resources.push('closed') };
    },
    process: async (received, resources) => {
      result.processed.push(received.body);
      return process(received, resources);
    },
    changeVisibility: async (receipt, seconds) =>
      void result.delayed.push([receipt.replace('receipt-', ''), seconds]),
    onError: () => ({ kind: 'retry', delaySeconds: 120, blocks: 'group' }),
    deadLetter: async (given) => void result.deadLettered.push(given),
    ...changes,
  });
  const answer: SQSBatchResponse = await handler({ Records: [...records] }, context);
  return { ...result, failed: answer.batchItemFailures.map(({ itemIdentifier }) => itemIdentifier) };
}

/** Fails for these bodies and is done with all others. */
export function failingFor(...bodies: readonly unknown[]): Process {
  return async ({ body }) => {
    if (bodies.includes(body)) throw new Error(`no way for ${String(body)}`);
    return 'done';
  };
}
