import type { Context, SQSBatchResponse, SQSRecord } from 'aws-lambda';
import { afterEach, beforeEach, vi } from 'vitest';
import { type QueueWork, queueHandler } from '../../../lambdas/runtime/queue-handler.ts';

export const minuteMs = 60_000;

/** The invocation of a test. */
export const invocation = {
  /** What is left of it; a test may let time pass. */
  remainingMs: 15 * minuteMs,
  /** What the logger wrote, one JSON text a line. */
  lines: [''],
};

/** What Lambda hands to a handler. */
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

/** Gives each test of a file an invocation of its own, whose log it can read. */
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

/** A message that says its own id, unless a body is given. */
export function message(
  id: string,
  { group, body, received = 1 }: Partial<Record<'group' | 'body', string>> & { received?: number } = {},
): SQSRecord {
  return {
    messageId: id,
    receiptHandle: `receipt-${id}`,
    body: body ?? JSON.stringify(id),
    attributes: {
      ApproximateReceiveCount: String(received),
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

interface Seen {
  /** The bodies that were worked on, in order. */
  readonly worked: unknown[];
  /** The messages that failed or were not begun, as the queue is told. */
  readonly failed: string[];
  /** Which messages are handed out again, and in how many seconds. */
  readonly again: [string, number][];
  readonly givenUp: unknown[];
  readonly tools: string[];
}

export type Work = QueueWork<AsyncDisposable>['work'];

/** Lets a handler work on the messages. Failing messages wait for 120 seconds, and hold their group. */
export async function handled(
  records: readonly SQSRecord[],
  work: Work,
  changes: Partial<QueueWork<AsyncDisposable>> = {},
): Promise<Seen> {
  const seen: Seen = { worked: [], failed: [], again: [], givenUp: [], tools: [] };
  const handler = queueHandler({
    name: 'push-file',
    open: () => {
      seen.tools.push('opened');
      return { [Symbol.asyncDispose]: async () => void seen.tools.push('closed') };
    },
    work: async (received, tools) => {
      seen.worked.push(received.body);
      return work(received, tools);
    },
    handOutAgain: async (receipt, seconds) =>
      void seen.again.push([receipt.replace('receipt-', ''), seconds]),
    afterFailure: () => ({ kind: 'again', seconds: 120, holds: 'group' }),
    giveUp: async (given) => void seen.givenUp.push(given),
    ...changes,
  });
  const answer: SQSBatchResponse = await handler({ Records: [...records] }, context);
  return { ...seen, failed: answer.batchItemFailures.map(({ itemIdentifier }) => itemIdentifier) };
}

/** Work that fails for these bodies. */
export function failingFor(...bodies: readonly unknown[]): Work {
  return async ({ body }) => {
    if (bodies.includes(body)) throw new Error(`no way for ${String(body)}`);
    return 'done';
  };
}
