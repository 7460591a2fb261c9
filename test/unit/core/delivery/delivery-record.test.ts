import fc from 'fast-check';
import { expect, it } from 'vitest';
import { comparableSequencer } from '../../../../lambdas/core/delivery/delivery-record.ts';

/** The later one of two sequencers, as the ledger compares them. */
function later(a: string, b: string): string | undefined {
  const [one, other] = [comparableSequencer(a), comparableSequencer(b)];
  return one === other ? undefined : one > other ? a : b;
}

it.each([
  ['greater', '0055AED6DCD90281E5', '0055AED6DCD90281E6', '0055AED6DCD90281E6'],
  ['greater in letters than in digits', '0055AED6DCD9028199', '0055AED6DCD90281AA', '0055AED6DCD90281AA'],
  ['longer, with the same beginning', '0055AED6DCD90281', '0055AED6DCD90281E5', '0055AED6DCD90281E5'],
  ['shorter, and begins with a later time', '0055AED6DD', '0055AED6DCD90281E5', '0055AED6DD'],
])('the sequencer that is %s is the later one', (_, a, b, expected) => {
  expect([later(a, b), later(b, a)]).toEqual([expected, expected]);
});

it('a sequencer is not case-sensitive', () => {
  expect(later('0055aed6dcd90281e5', '0055AED6DCD90281E5')).toBeUndefined();
});

it('sequencers of one length are in the order of their numbers', () => {
  const sequencer = fc.bigInt({ min: 0n, max: 2n ** 72n - 1n });
  const text = (number: bigint) => number.toString(16).padStart(18, '0');

  fc.assert(
    fc.property(sequencer, sequencer, (a, b) => {
      fc.pre(a !== b);
      expect(later(text(a), text(b))).toBe(text(a > b ? a : b));
    }),
  );
});
