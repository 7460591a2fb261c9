import { describe, expect, it, vi } from 'vitest';
import {
  failingFor,
  handled,
  invocation,
  message,
  minuteMs,
  useInvocation,
  type Work,
} from './queue-invocation.ts';

useInvocation();

describe('near the end of the invocation', () => {
  it('no message is begun, and what was not is handed out again at once', async () => {
    const seen = await handled(
      [message('1', { group: 'a' }), message('2', { group: 'a' }), message('3', { group: 'b' })],
      async () => {
        invocation.remainingMs = minuteMs - 1;
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
    const seen = await handled([message('1'), message('2')], async () => {
      invocation.remainingMs = minuteMs;
      return 'done';
    });

    expect(seen.worked).toEqual(['1', '2']);
  });

  it('an invocation that is short from the beginning still does half of its time', async () => {
    invocation.remainingMs = 30_000;

    const seen = await handled([message('1'), message('2'), message('3')], async () => {
      invocation.remainingMs -= 10_000;
      return 'done';
    });

    expect(seen).toMatchObject({ worked: ['1', '2'], failed: ['3'] });
  });

  it('the signal comes before the function is killed', async () => {
    vi.useFakeTimers();
    const seen: boolean[] = [];

    await handled([message('1')], failingFor(), {
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
    const seen = await handled([message('1'), message('2')], work);

    expect(seen.tools).toEqual(['opened', 'closed']);
  });

  it('is closed before the queue hears what became of the messages', async () => {
    const order: string[] = [];

    const work: Work = async () => {
      order.push('worked');
      return 'done';
    };

    await handled([message('1')], work, {
      open: () => ({ [Symbol.asyncDispose]: async () => void order.push('closed') }),
    });

    expect(order).toEqual(['worked', 'closed']);
  });

  it('leaves no timer behind, also where it cannot be opened', async () => {
    vi.useFakeTimers();
    await handled([message('1')], failingFor());
    const failing = handled([message('1')], failingFor(), {
      open: () => {
        throw new Error('no tools');
      },
    });
    await failing.catch(() => {});

    expect(vi.getTimerCount()).toBe(0);
    await expect(failing).rejects.toThrow('no tools');
  });
});
