import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  currentLimit,
  findFreeSlots,
  growthMs,
  type LoweredLimit,
  limitAfterRefusal,
  nextAttemptAtMs,
  type SlotRequest,
} from '../../../../lambdas/core/connection/connection-limit.ts';

const second = 1000;
const minute = 60 * second;

function lowered(to: number, changes: Partial<LoweredLimit> = {}): LoweredLimit {
  return { to, refusedAtMs: 0, refusals: 1, ...changes };
}

describe('the limit in use', () => {
  it.each([
    ['is maxConnections if no session was refused', undefined, 0, 4],
    ['is what the server permitted, right after a refusal', lowered(2), 0, 2],
    ['does not grow for five minutes', lowered(2), 5 * minute - 1, 2],
    ['is one more after five minutes without a refusal', lowered(2), 5 * minute, 3],
    ['is maxConnections after ten minutes', lowered(2), 10 * minute, 4],
    ['never exceeds maxConnections', lowered(2), 24 * 60 * minute, 4],
    ['does not exceed maxConnections that was lowered since', lowered(8), 0, 4],
    ['does not shrink if clocks differ', lowered(2, { refusedAtMs: minute }), 0, 2],
  ])('%s', (_, limit, nowMs, expected) => {
    expect(currentLimit(limit, 4, nowMs)).toBe(expected);
  });
});

describe('a refused session', () => {
  it.each([
    ['lowers the limit to the other sessions', 3, 3],
    ['lowers the limit to one if there is no other session', 0, 1],
  ])('%s', (_, others, to) => {
    expect(limitAfterRefusal(undefined, { others, nowMs: minute })).toEqual({
      to,
      refusedAtMs: minute,
      refusals: 1,
    });
  });

  it('counts as consecutive if the last was less than five minutes ago', () => {
    const before = lowered(2, { refusals: 3 });

    const counts = [growthMs - 1, growthMs].map(
      (nowMs) => limitAfterRefusal(before, { others: 1, nowMs }).refusals,
    );

    expect(counts).toEqual([4, 1]);
  });

  it.each([
    [1, 2 * second],
    [2, 4 * second],
    [5, 32 * second],
    [6, minute],
    [50, minute],
  ])('is followed, as number %i in a row, by a pause of %i ms', (refusals, pauseMs) => {
    expect(nextAttemptAtMs(lowered(1, { refusals }))).toBe(pauseMs);
  });
});

describe('the slots to try', () => {
  const empty: SlotRequest = {
    slots: [],
    lowered: undefined,
    wantedUntilMs: undefined,
    maxConnections: 3,
    nowMs: minute,
  };
  const held = (number: number) => ({ number, use: 'held' as const });
  const resting = (number: number) => ({ number, use: 'resting' as const });

  it.each<[string, Partial<SlotRequest>, 'first' | 'more', readonly number[]]>([
    ['are all of an unused partner', {}, 'first', [0, 1, 2]],
    ['are those that are not held', { slots: [held(1)] }, 'first', [0, 2]],
    ['are not those whose sessions have just ended', { slots: [held(1), resting(0)] }, 'first', [2]],
    ['are none if all are held', { slots: [held(0), held(1), held(2)] }, 'first', []],
    ['are none if the lowered limit is reached', { slots: [held(2)], lowered: lowered(1) }, 'first', []],
    [
      'are any below the lowered limit',
      { slots: [held(2)], lowered: lowered(2), nowMs: 3 * second },
      'first',
      [0, 1],
    ],
    ['are none right after a refusal', { lowered: lowered(2), nowMs: second }, 'first', []],
    ['are none for a second session while somebody has none', { wantedUntilMs: 2 * minute }, 'more', []],
    [
      'are there for a first session while others wait too',
      { wantedUntilMs: 2 * minute },
      'first',
      [0, 1, 2],
    ],
    ['are available for a second session once no worker waits', { wantedUntilMs: minute }, 'more', [0, 1, 2]],
    [
      'are none while slots beyond a lowered maxConnections are held',
      { slots: [held(3), held(4), held(5)] },
      'first',
      [],
    ],
  ])('%s', (_, changes, need, expected) => {
    expect(findFreeSlots({ ...empty, ...changes }, need, 0)).toEqual(expected);
  });

  it('begin anywhere, and leave none out', () => {
    const random = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });
    const numbers = fc.uniqueArray(fc.nat({ max: 31 }));

    fc.assert(
      fc.property(random, numbers, fc.integer({ min: 1, max: 32 }), (start, used, maxConnections) => {
        const room = { ...empty, maxConnections, slots: used.map(held) };

        const numbersToTry = findFreeSlots(room, 'first', start);

        const free = Array.from({ length: maxConnections }, (_, number) => number).filter(
          (each) => !used.includes(each),
        );
        expect(numbersToTry.toSorted((a, b) => a - b)).toEqual(used.length < maxConnections ? free : []);
      }),
    );
  });
});
