import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Throughput } from '../../../../lambdas/core/run/throughput.ts';
import { TopN } from '../../../../lambdas/core/run/top-n.ts';

describe('throughput', () => {
  it.each([
    ['half a second', 0.511, 0.05, 11],
    ['half a minute', 30, 0.5, 60],
    ['a minute', 60, 1, 60],
    ['four minutes and a bit', 252, 5, 51],
    ['an hour', 3600, 60, 60],
    ['a day', 86_400, 1800, 48],
    ['half a year', 15_552_000, 259_200, 60],
    ['no time at all', 0, 0.05, 1],
  ])('of %s has spans that can be read', (_, seconds, secondsPerSpan, count) => {
    const throughput = new Throughput({ startMs: 1000, endMs: 1000 + seconds * 1000 });

    expect(throughput.secondsPerSpan).toBe(secondsPerSpan);
    expect(throughput.spans).toHaveLength(count);
  });

  it('spreads the bytes of a file over its time, and counts it where it ended', () => {
    const throughput = new Throughput({ startMs: 0, endMs: 40_000 });

    throughput.add({ endMs: 3500, seconds: 3, bytes: 600 });

    expect(throughput.spans.slice(0, 5)).toEqual([
      { files: 0, bytes: 100 },
      { files: 0, bytes: 200 },
      { files: 0, bytes: 200 },
      { files: 1, bytes: 100 },
      { files: 0, bytes: 0 },
    ]);
  });

  it('counts each file once with all its bytes, for any clocks', () => {
    const arrival = fc.record({
      endMs: fc.integer({ min: -10_000, max: 200_000 }),
      seconds: fc.option(fc.double({ min: 0, max: 300, noNaN: true }), { nil: undefined }),
      bytes: fc.integer({ min: 0, max: 1_000_000 }),
    });
    fc.assert(
      fc.property(fc.array(arrival), fc.integer({ min: 0, max: 100_000 }), (arrivals, endMs) => {
        const throughput = new Throughput({ startMs: 0, endMs });

        for (const each of arrivals) throughput.add(each);

        const sum = (of: 'files' | 'bytes') => throughput.spans.reduce((all, span) => all + span[of], 0);
        expect(sum('files')).toBe(arrivals.length);
        expect(sum('bytes')).toBeCloseTo(
          arrivals.reduce((all, { bytes }) => all + bytes, 0),
          3,
        );
      }),
    );
  });
});

describe('the top N', () => {
  it('are those that sorting would find', () => {
    fc.assert(
      fc.property(fc.array(fc.integer()), fc.integer({ min: 1, max: 5 }), (values, most) => {
        const worst = new TopN<number>(most, (value) => value);

        for (const value of values) worst.add(value);

        expect(worst.kept).toEqual(values.toSorted((a, b) => b - a).slice(0, most));
      }),
    );
  });
});
