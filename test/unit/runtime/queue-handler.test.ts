import { describe, expect, it } from 'vitest';
import { queueHandler } from '../../../lambdas/runtime/queue-handler.ts';
import { context, failingFor, handleBatch, invocation, message, useInvocation } from './queue-invocation.ts';

useInvocation();

describe('a batch', () => {
  it('without failures is acknowledged completely', async () => {
    const result = await handleBatch([message('1'), message('2')], failingFor());

    expect(result).toMatchObject({ processed: ['1', '2'], failed: [], delayed: [] });
  });

  it('reports only the message that failed, where the queue has no groups', async () => {
    const result = await handleBatch([message('1'), message('2'), message('3')], failingFor('2'));

    expect(result).toMatchObject({ processed: ['1', '2', '3'], failed: ['2'] });
  });

  it('without messages has no failures', async () => {
    const result = await handleBatch([], failingFor());

    expect(result).toMatchObject({ processed: [], failed: [] });
  });

  it('passes on how often each message was received', async () => {
    const counts: number[] = [];

    await handleBatch(
      [message('1', { receiveCount: 1 }), message('2', { receiveCount: 4 })],
      async ({ receiveCount }) => {
        counts.push(receiveCount);
        return 'done';
      },
    );

    expect(counts).toEqual([1, 4]);
  });

  it('passes a message that is not JSON on as undefined, and continues', async () => {
    const result = await handleBatch(
      [message('1', { body: '{"broken' }), message('2')],
      failingFor(undefined),
    );

    expect(result).toMatchObject({ processed: [undefined, '2'], failed: ['1'] });
  });

  it('logs one line for each message that failed', async () => {
    await handleBatch([message('1', { receiveCount: 3 }), message('2')], failingFor('1'));

    expect(invocation.lines.map((line) => JSON.parse(line))).toMatchObject([
      { level: 'ERROR', message: 'no way for 1', messageId: '1', receiveCount: 3 },
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

  it('keeps its order: later messages go back without being begun', async () => {
    const result = await handleBatch(batch, failingFor('a2'));

    expect(result.processed).toEqual(['a1', 'a2', 'b1', 'b2']);
    expect(result.failed).toEqual(['a2', 'a3']);
  });

  it('comes back after the delay of the failed message; those behind it have no delay of their own', async () => {
    const result = await handleBatch(batch, failingFor('a1'));

    expect(result.delayed).toEqual([
      ['a1', 120],
      ['a2', 0],
      ['a3', 0],
    ]);
  });

  it('does not block another group', async () => {
    const result = await handleBatch(batch, failingFor('a1'));

    expect(result.processed).toEqual(['a1', 'b1', 'b2']);
  });

  it('continues with other order keys, where the failure blocks only its own', async () => {
    const result = await handleBatch(batch, failingFor('a1'), {
      orderKey: (body) => (body === 'a2' ? 'other' : 'same'),
      onError: () => ({ kind: 'retry', delaySeconds: 120, blocks: 'same-order-key' }),
    });

    expect(result.processed).toEqual(['a1', 'a2', 'b1', 'b2']);
    expect(result.failed).toEqual(['a1', 'a3']);
  });

  it('does not block the same order key in another group', async () => {
    const result = await handleBatch(batch, failingFor('a1'), {
      orderKey: () => 'same',
      onError: () => ({ kind: 'retry', delaySeconds: 120, blocks: 'same-order-key' }),
    });

    expect(result.processed).toEqual(['a1', 'b1', 'b2']);
  });

  it('is blocked completely where the failed message has no order key', async () => {
    const result = await handleBatch(batch, failingFor('a1'), {
      orderKey: (body) => (body === 'a1' ? undefined : 'same'),
      onError: () => ({ kind: 'retry', delaySeconds: 120, blocks: 'same-order-key' }),
    });

    expect(result.failed).toEqual(['a1', 'a2', 'a3']);
  });

  it('goes back in order also where the visibility cannot be changed', async () => {
    const result = await handleBatch(batch, failingFor('a1'), {
      changeVisibility: () => Promise.reject(new Error('no such receipt')),
    });

    expect(result.failed).toEqual(['a1', 'a2', 'a3']);
    expect(invocation.lines.join('\n')).toContain('no such receipt');
  });
});

describe('a message for the dead-letter queue', () => {
  const batch = [message('a1', { group: 'a' }), message('a2', { group: 'a' })];
  const deadLettering = {
    onError: (_: unknown, error: unknown) => ({ kind: 'dead-letter', error }) as const,
  };

  it('is sent there unchanged, and its group continues', async () => {
    const result = await handleBatch(batch, failingFor('a1'), deadLettering);

    expect(result).toMatchObject({ processed: ['a1', 'a2'], failed: [], delayed: [] });
    expect(result.deadLettered).toMatchObject([{ body: 'a1', group: 'a' }]);
  });

  it('gets a new deduplication id after a redrive: with the same one SQS would drop it', async () => {
    const redriven = { ...message('a1', { group: 'a' }), messageId: 'redriven' };

    const first = await handleBatch(batch.slice(0, 1), failingFor('a1'), deadLettering);
    const again = await handleBatch([redriven], failingFor('a1'), deadLettering);

    expect(first.deadLettered).not.toEqual(again.deadLettered);
  });

  it('stays, and blocks its group, where that queue cannot be reached', async () => {
    const result = await handleBatch(batch, failingFor('a1'), {
      ...deadLettering,
      deadLetter: () => Promise.reject(new Error('no queue')),
    });

    expect(result).toMatchObject({ processed: ['a1'], failed: ['a1', 'a2'] });
  });

  it('stays where the consumer has no dead-letter queue', async () => {
    const handler = queueHandler({
      name: 'push-file',
      open: () => ({ [Symbol.asyncDispose]: async () => undefined }),
      process: failingFor('a1'),
      ...deadLettering,
    });

    const answer = await handler({ Records: batch.slice(0, 1) }, context);

    expect(answer).toEqual({ batchItemFailures: [{ itemIdentifier: 'a1' }] });
  });
});

describe('a message that needs another invocation', () => {
  it('comes back at once, and its group behind it, while other groups continue', async () => {
    const records = [
      message('a1', { group: 'a' }),
      message('a2', { group: 'a' }),
      message('b1', { group: 'b' }),
    ];

    const result = await handleBatch(records, async ({ body }) => (body === 'a1' ? 'continue' : 'done'));

    expect(result).toMatchObject({
      processed: ['a1', 'b1'],
      failed: ['a1', 'a2'],
      delayed: [
        ['a1', 0],
        ['a2', 0],
      ],
      deadLettered: [],
    });
  });

  it('is not an error in the log', async () => {
    await handleBatch([message('1')], async () => 'continue');

    expect(invocation.lines.filter((line) => line.includes('ERROR'))).toEqual([]);
  });
});
