import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { hasTimeFor, startDeadline } from '../../../lambdas/runtime/deadline.ts';

beforeEach(() => vi.useFakeTimers());
afterEach(() => vi.useRealTimers());

/** The deadline of an invocation that runs on the fake clock. */
function startInvocation(totalMs: number) {
  const endMs = Date.now() + totalMs;
  return startDeadline(() => endMs - Date.now());
}

describe('the signal', () => {
  it.each([
    ['15 minutes fires 20 seconds before the end', 900_000, 880_000],
    ['63 seconds fires 20 seconds before the end', 63_000, 43_000],
    ['20 seconds leaves a third', 20_001, 13_334],
    ['3 seconds leaves a third', 3000, 2000],
  ])('of %s', (_, totalMs, firesMs) => {
    const { signal } = startInvocation(totalMs);

    vi.advanceTimersByTime(firesMs - 1);
    const before = signal.aborted;
    vi.advanceTimersByTime(1);

    expect([before, signal.aborted]).toEqual([false, true]);
  });

  it('does not fire into the next invocation once the deadline is cleared', () => {
    const deadline = startInvocation(3000);

    deadline.clear();
    vi.advanceTimersByTime(3000);

    expect(deadline.signal.aborted).toBe(false);
  });
});

describe('work that needs a minute', () => {
  it.each([
    ['begins with more than a minute left of 15', 900_000, 839_000, true],
    ['does not begin with a minute left of 15', 900_000, 840_000, false],
    ['begins with more than two fifths left of 20 seconds', 20_000, 11_000, true],
    ['does not begin with two fifths left of 20 seconds', 20_000, 12_000, false],
  ])('%s', (_, totalMs, afterMs, expected) => {
    const deadline = startInvocation(totalMs);

    vi.advanceTimersByTime(afterMs);

    expect(hasTimeFor(deadline, 60_000)).toBe(expected);
  });
});
