import { describe, expect, it, vi } from 'vitest';
import {
  failingFor,
  handleBatch,
  invocation,
  message,
  minuteMs,
  type Process,
  useInvocation,
} from './queue-invocation.ts';

useInvocation();

describe('near the end of the invocation', () => {
  it('no message is begun, and those left come back at once', async () => {
    const result = await handleBatch(
      [message('1', { group: 'a' }), message('2', { group: 'a' }), message('3', { group: 'b' })],
      async () => {
        invocation.remainingMs = minuteMs - 1;
        return 'done';
      },
    );

    expect(result).toMatchObject({
      processed: ['1'],
      failed: ['2', '3'],
      delayed: [
        ['2', 0],
        ['3', 0],
      ],
    });
  });

  it('a message is begun as long as a minute is left', async () => {
    const result = await handleBatch([message('1'), message('2')], async () => {
      invocation.remainingMs = minuteMs;
      return 'done';
    });

    expect(result.processed).toEqual(['1', '2']);
  });

  it('a short invocation begins messages for half of its time', async () => {
    invocation.remainingMs = 30_000;

    const result = await handleBatch([message('1'), message('2'), message('3')], async () => {
      invocation.remainingMs -= 10_000;
      return 'done';
    });

    expect(result).toMatchObject({ processed: ['1', '2'], failed: ['3'] });
  });

  it('the signal fires before Lambda kills the function', async () => {
    vi.useFakeTimers();
    const aborted: boolean[] = [];

    await handleBatch([message('1')], failingFor(), {
      open: ({ deadline }) => {
        vi.advanceTimersByTime(15 * minuteMs - 20_001);
        aborted.push(deadline.signal.aborted);
        vi.advanceTimersByTime(1);
        aborted.push(deadline.signal.aborted);
        return { [Symbol.asyncDispose]: async () => undefined };
      },
    });

    expect(aborted).toEqual([false, true]);
  });
});

describe('the resources of an invocation', () => {
  it.each([
    ['all messages succeed', failingFor()],
    ['some fail', failingFor('1')],
    ['all fail', failingFor('1', '2')],
  ])('are opened once and closed at the end, where %s', async (_, process) => {
    const result = await handleBatch([message('1'), message('2')], process);

    expect(result.resources).toEqual(['opened', 'closed']);
  });

  it('are closed before SQS learns which messages failed', async () => {
    const order: string[] = [];

    const process: Process = async () => {
      order.push('processed');
      return 'done';
    };

    await handleBatch([message('1')], process, {
      open: () => ({ [Symbol.asyncDispose]: async () => void order.push('closed') }),
    });

    expect(order).toEqual(['processed', 'closed']);
  });

  it('leave no timer behind, also where they cannot be opened', async () => {
    vi.useFakeTimers();
    await handleBatch([message('1')], failingFor());
    const failing = handleBatch([message('1')], failingFor(), {
      open: () => {
        throw new Error('no resources');
      },
    });
    await failing.catch(() => {});

    expect(vi.getTimerCount()).toBe(0);
    await expect(failing).rejects.toThrow('no resources');
  });
});
