import type { Context, SQSBatchResponse, SQSRecord } from 'aws-lambda';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { type QueueWork, queueHandler } from '../../../lambdas/runtime/queue-handler.ts';

const minuteMs = 60_000;

/** What is left of the invocation; a test may let time pass. */
let remainingMs = 15 * minuteMs;

const context = {
  awsRequestId: 'request-1',
  functionName: 'push-file',
  functionVersion: '1',
  invokedFunctionArn: 'arn:aws:lambda:eu-south-1:000000000000:function:push-file',
  memoryLimitInMB: '256',
  logGroupName: 'group',
  logStreamName: 'stream',
  callbackWaitsForEmptyEventLoop: false,
  getRemainingTimeInMillis: () => remainingMs,
  done: () => {},
  fail: () => {},
  succeed: () => {},
} satisfies Context;

/** What the logger wrote, one JSON text a line. */
let lines: string[] = [];

beforeEach(() => {
  vi.stubEnv('POWERTOOLS_DEV', 'true');
  remainingMs = 15 * minuteMs;
  lines = [];
  for (const level of ['info', 'warn', 'error'] as const) {
    vi.spyOn(console, level).mockImplementation((line: string) => void lines.push(line));
  }
});
afterEach(() => {
  vi.restoreAllMocks();
  vi.unstubAllEnvs();
  vi.useRealTimers();
});

/** A message that says its own id, unless a body is given. */
function message(
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

type Work = QueueWork<AsyncDisposable>['work'];

/** Lets a handler work on the messages. Failing messages wait for 120 seconds, and hold their group. */
async function handle(
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
function failingFor(...bodies: readonly unknown[]): Work {
  return async ({ body }) => {
    if (bodies.includes(body)) throw new Error(`no way for ${String(body)}`);
    return 'done';
  };
}

describe('a batch', () => {
  it('that went well is acknowledged whole', async () => {
    const seen = await handle([message('1'), message('2')], failingFor());

    expect(seen).toMatchObject({ worked: ['1', '2'], failed: [], again: [] });
  });

  it('loses none but the message that failed, where the queue has no order', async () => {
    const seen = await handle([message('1'), message('2'), message('3')], failingFor('2'));

    expect(seen).toMatchObject({ worked: ['1', '2', '3'], failed: ['2'] });
  });

  it('without messages is nothing to do', async () => {
    const seen = await handle([], failingFor());

    expect(seen).toMatchObject({ worked: [], failed: [] });
  });

  it('tells each message how often it was received', async () => {
    const counts: number[] = [];

    await handle([message('1', { received: 1 }), message('2', { received: 4 })], async ({ received }) => {
      counts.push(received);
      return 'done';
    });

    expect(counts).toEqual([1, 4]);
  });

  it('hands a message that is no JSON to its work as nothing, and goes on', async () => {
    const seen = await handle([message('1', { body: '{"broken' }), message('2')], failingFor(undefined));

    expect(seen).toMatchObject({ worked: [undefined, '2'], failed: ['1'] });
  });

  it('writes one line for each message that failed', async () => {
    await handle([message('1', { received: 3 }), message('2')], failingFor('1'));

    expect(lines.map((line) => JSON.parse(line))).toMatchObject([
      { level: 'ERROR', message: 'no way for 1', messageId: '1', received: 3 },
    ]);
  });
});

describe('a group with a message that failed', () => {
  const batch = [
    message('a1', { group: 'a' }),
    message('a2', { group: 'a' }),
    message('b1', { group: 'b' }),
    message('a3', { group: 'a' }),
    message('b2', { group: 'b' }),
  ];

  it('keeps its order: what is behind goes back without being begun', async () => {
    const seen = await handle(batch, failingFor('a2'));

    expect(seen.worked).toEqual(['a1', 'a2', 'b1', 'b2']);
    expect(seen.failed).toEqual(['a2', 'a3']);
  });

  it('is handed out again after the pause of the one that failed, those behind it as soon as it is', async () => {
    const seen = await handle(batch, failingFor('a1'));

    expect(seen.again).toEqual([
      ['a1', 120],
      ['a2', 0],
      ['a3', 0],
    ]);
  });

  it('does not stop another group', async () => {
    const seen = await handle(batch, failingFor('a1'));

    expect(seen.worked).toEqual(['a1', 'b1', 'b2']);
  });

  it('goes on with what has another order in it, where the failure holds no more than that', async () => {
    const seen = await handle(batch, failingFor('a1'), {
      orderOf: (body) => (body === 'a2' ? 'other' : 'same'),
      afterFailure: () => ({ kind: 'again', seconds: 120, holds: 'same-order' }),
    });

    expect(seen.worked).toEqual(['a1', 'a2', 'b1', 'b2']);
    expect(seen.failed).toEqual(['a1', 'a3']);
  });

  it('does not hold the same order in another group', async () => {
    const seen = await handle(batch, failingFor('a1'), {
      orderOf: () => 'same',
      afterFailure: () => ({ kind: 'again', seconds: 120, holds: 'same-order' }),
    });

    expect(seen.worked).toEqual(['a1', 'b1', 'b2']);
  });

  it('is held whole where the order of the one that failed is not known', async () => {
    const seen = await handle(batch, failingFor('a1'), {
      orderOf: (body) => (body === 'a1' ? undefined : 'same'),
      afterFailure: () => ({ kind: 'again', seconds: 120, holds: 'same-order' }),
    });

    expect(seen.failed).toEqual(['a1', 'a2', 'a3']);
  });

  it('is returned in order also where the queue cannot be told the pause', async () => {
    const seen = await handle(batch, failingFor('a1'), {
      handOutAgain: () => Promise.reject(new Error('no such receipt')),
    });

    expect(seen.failed).toEqual(['a1', 'a2', 'a3']);
    expect(lines.join('\n')).toContain('no such receipt');
  });
});

describe('a message that is given up', () => {
  const batch = [message('a1', { group: 'a' }), message('a2', { group: 'a' })];
  const givingUp = {
    afterFailure: (_: unknown, error: unknown) => ({ kind: 'give-up', error }) as const,
  };

  it('goes to the dead letters as it came, and its group goes on', async () => {
    const seen = await handle(batch, failingFor('a1'), givingUp);

    expect(seen).toMatchObject({ worked: ['a1', 'a2'], failed: [], again: [] });
    expect(seen.givenUp).toMatchObject([{ body: 'a1', group: 'a' }]);
  });

  it('is another dead letter than before it was moved back, or the queue would drop it as the same', async () => {
    const movedBack = { ...message('a1', { group: 'a' }), messageId: 'moved back' };

    const first = await handle(batch.slice(0, 1), failingFor('a1'), givingUp);
    const again = await handle([movedBack], failingFor('a1'), givingUp);

    expect(first.givenUp).not.toEqual(again.givenUp);
  });

  it('stays, with what is behind it, where the dead letters cannot be reached', async () => {
    const seen = await handle(batch, failingFor('a1'), {
      ...givingUp,
      giveUp: () => Promise.reject(new Error('no queue')),
    });

    expect(seen).toMatchObject({ worked: ['a1'], failed: ['a1', 'a2'] });
  });

  it('stays where nobody says how to give it up', async () => {
    const handler = queueHandler({
      name: 'push-file',
      open: () => ({ [Symbol.asyncDispose]: async () => undefined }),
      work: failingFor('a1'),
      ...givingUp,
    });

    const answer = await handler({ Records: batch.slice(0, 1) }, context);

    expect(answer).toEqual({ batchItemFailures: [{ itemIdentifier: 'a1' }] });
  });
});

describe('a message that is not done in one invocation', () => {
  it('is handed out again at once, and its group behind it, while other groups go on', async () => {
    const records = [
      message('a1', { group: 'a' }),
      message('a2', { group: 'a' }),
      message('b1', { group: 'b' }),
    ];

    const seen = await handle(records, async ({ body }) => (body === 'a1' ? 'more' : 'done'));

    expect(seen).toMatchObject({
      worked: ['a1', 'b1'],
      failed: ['a1', 'a2'],
      again: [
        ['a1', 0],
        ['a2', 0],
      ],
      givenUp: [],
    });
  });

  it('is no failure in the log', async () => {
    await handle([message('1')], async () => 'more');

    expect(lines.filter((line) => line.includes('ERROR'))).toEqual([]);
  });
});

describe('near the end of the invocation', () => {
  it('no message is begun, and what was not is handed out again at once', async () => {
    const seen = await handle(
      [message('1', { group: 'a' }), message('2', { group: 'a' }), message('3', { group: 'b' })],
      async () => {
        remainingMs = minuteMs - 1;
        return 'done';
      },
    );

    expect(seen).toMatchObject({
      worked: ['1'],
      failed: ['2', '3'],
      again: [
        ['2', 0],
        ['3', 0],
      ],
    });
  });

  it('a message is begun as long as a minute is left', async () => {
    const seen = await handle([message('1'), message('2')], async () => {
      remainingMs = minuteMs;
      return 'done';
    });

    expect(seen.worked).toEqual(['1', '2']);
  });

  it('an invocation that is short from the beginning still does half of its time', async () => {
    remainingMs = 30_000;

    const seen = await handle([message('1'), message('2'), message('3')], async () => {
      remainingMs -= 10_000;
      return 'done';
    });

    expect(seen).toMatchObject({ worked: ['1', '2'], failed: ['3'] });
  });

  it('the signal comes before the function is killed', async () => {
    vi.useFakeTimers();
    const seen: boolean[] = [];

    await handle([message('1')], failingFor(), {
      open: ({ deadline }) => {
        vi.advanceTimersByTime(15 * minuteMs - 20_001);
        seen.push(deadline.signal.aborted);
        vi.advanceTimersByTime(1);
        seen.push(deadline.signal.aborted);
        return { [Symbol.asyncDispose]: async () => undefined };
      },
    });

    expect(seen).toEqual([false, true]);
  });
});

describe('what the messages of an invocation share', () => {
  it.each([
    ['all went well', failingFor()],
    ['some failed', failingFor('1')],
    ['all failed', failingFor('1', '2')],
  ])('is opened once and closed when all is done, where %s', async (_, work) => {
    const seen = await handle([message('1'), message('2')], work);

    expect(seen.tools).toEqual(['opened', 'closed']);
  });

  it('is closed before the queue hears what became of the messages', async () => {
    const order: string[] = [];

    const work: Work = async () => {
      order.push('worked');
      return 'done';
    };

    await handle([message('1')], work, {
      open: () => ({ [Symbol.asyncDispose]: async () => void order.push('closed') }),
    });

    expect(order).toEqual(['worked', 'closed']);
  });

  it('leaves no timer behind, also where it cannot be opened', async () => {
    vi.useFakeTimers();
    await handle([message('1')], failingFor());
    const failing = handle([message('1')], failingFor(), {
      open: () => {
        throw new Error('no tools');
      },
    });
    await failing.catch(() => {});

    expect(vi.getTimerCount()).toBe(0);
    await expect(failing).rejects.toThrow('no tools');
  });
});
