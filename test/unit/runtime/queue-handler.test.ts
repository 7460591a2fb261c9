import { describe, expect, it } from 'vitest';
import { queueHandler } from '../../../lambdas/runtime/queue-handler.ts';
import { context, failingFor, handled, invocation, message, useInvocation } from './queue-invocation.ts';

useInvocation();

describe('a batch', () => {
  it('that went well is acknowledged whole', async () => {
    const seen = await handled([message('1'), message('2')], failingFor());

    expect(seen).toMatchObject({ worked: ['1', '2'], failed: [], again: [] });
  });

  it('loses none but the message that failed, where the queue has no order', async () => {
    const seen = await handled([message('1'), message('2'), message('3')], failingFor('2'));

    expect(seen).toMatchObject({ worked: ['1', '2', '3'], failed: ['2'] });
  });

  it('without messages is nothing to do', async () => {
    const seen = await handled([], failingFor());

    expect(seen).toMatchObject({ worked: [], failed: [] });
  });

  it('tells each message how often it was received', async () => {
    const counts: number[] = [];

    await handled([message('1', { received: 1 }), message('2', { received: 4 })], async ({ received }) => {
      counts.push(received);
      return 'done';
    });

    expect(counts).toEqual([1, 4]);
  });

  it('hands a message that is no JSON to its work as nothing, and goes on', async () => {
    const seen = await handled([message('1', { body: '{"broken' }), message('2')], failingFor(undefined));

    expect(seen).toMatchObject({ worked: [undefined, '2'], failed: ['1'] });
  });

  it('writes one line for each message that failed', async () => {
    await handled([message('1', { received: 3 }), message('2')], failingFor('1'));

    expect(invocation.lines.map((line) => JSON.parse(line))).toMatchObject([
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
    const seen = await handled(batch, failingFor('a2'));

    expect(seen.worked).toEqual(['a1', 'a2', 'b1', 'b2']);
    expect(seen.failed).toEqual(['a2', 'a3']);
  });

  it('is handed out again after the pause of the one that failed, those behind it as soon as it is', async () => {
    const seen = await handled(batch, failingFor('a1'));

    expect(seen.again).toEqual([
      ['a1', 120],
      ['a2', 0],
      ['a3', 0],
    ]);
  });

  it('does not stop another group', async () => {
    const seen = await handled(batch, failingFor('a1'));

    expect(seen.worked).toEqual(['a1', 'b1', 'b2']);
  });

  it('goes on with what has another order in it, where the failure holds no more than that', async () => {
    const seen = await handled(batch, failingFor('a1'), {
      orderOf: (body) => (body === 'a2' ? 'other' : 'same'),
      afterFailure: () => ({ kind: 'again', seconds: 120, holds: 'same-order' }),
    });

    expect(seen.worked).toEqual(['a1', 'a2', 'b1', 'b2']);
    expect(seen.failed).toEqual(['a1', 'a3']);
  });

  it('does not hold the same order in another group', async () => {
    const seen = await handled(batch, failingFor('a1'), {
      orderOf: () => 'same',
      afterFailure: () => ({ kind: 'again', seconds: 120, holds: 'same-order' }),
    });

    expect(seen.worked).toEqual(['a1', 'b1', 'b2']);
  });

  it('is held whole where the order of the one that failed is not known', async () => {
    const seen = await handled(batch, failingFor('a1'), {
      orderOf: (body) => (body === 'a1' ? undefined : 'same'),
      afterFailure: () => ({ kind: 'again', seconds: 120, holds: 'same-order' }),
    });

    expect(seen.failed).toEqual(['a1', 'a2', 'a3']);
  });

  it('is returned in order also where the queue cannot be told the pause', async () => {
    const seen = await handled(batch, failingFor('a1'), {
      handOutAgain: () => Promise.reject(new Error('no such receipt')),
    });

    expect(seen.failed).toEqual(['a1', 'a2', 'a3']);
    expect(invocation.lines.join('\n')).toContain('no such receipt');
  });
});

describe('a message that is given up', () => {
  const batch = [message('a1', { group: 'a' }), message('a2', { group: 'a' })];
  const givingUp = {
    afterFailure: (_: unknown, error: unknown) => ({ kind: 'give-up', error }) as const,
  };

  it('goes to the dead letters as it came, and its group goes on', async () => {
    const seen = await handled(batch, failingFor('a1'), givingUp);

    expect(seen).toMatchObject({ worked: ['a1', 'a2'], failed: [], again: [] });
    expect(seen.givenUp).toMatchObject([{ body: 'a1', group: 'a' }]);
  });

  it('is another dead letter than before it was moved back, or the queue would drop it as the same', async () => {
    const movedBack = { ...message('a1', { group: 'a' }), messageId: 'moved back' };

    const first = await handled(batch.slice(0, 1), failingFor('a1'), givingUp);
    const again = await handled([movedBack], failingFor('a1'), givingUp);

    expect(first.givenUp).not.toEqual(again.givenUp);
  });

  it('stays, with what is behind it, where the dead letters cannot be reached', async () => {
    const seen = await handled(batch, failingFor('a1'), {
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

    const seen = await handled(records, async ({ body }) => (body === 'a1' ? 'more' : 'done'));

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
    await handled([message('1')], async () => 'more');

    expect(invocation.lines.filter((line) => line.includes('ERROR'))).toEqual([]);
  });
});
