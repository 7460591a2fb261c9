import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { cutSlices, type SlicePace } from '../../../../lambdas/core/plan/cut-slices.ts';
import {
  missingParts,
  type PartRange,
  partCount,
  partLength,
  partOffset,
} from '../../../../lambdas/core/plan/part-grid.ts';

const mebibyte = 1024 * 1024;
const partBytes = 8 * mebibyte;
const hundredParts = { sizeBytes: 100 * partBytes, partBytes };
const all = [{ firstPart: 1, lastPart: 100 }];
/** 10 MB a second for half of 15 minutes are 536 parts. */
const pace: SlicePace = { bytesPerSecond: 10_000_000, invocationSeconds: 900, sessions: 1 };

const parts = (...numbers: number[]) => numbers.map((number) => ({ number, sizeBytes: partBytes }));
const lengths = (ranges: readonly PartRange[]) =>
  ranges.map(({ firstPart, lastPart }) => lastPart - firstPart + 1);

describe('a part', () => {
  it.each([
    ['of a file of whole parts has the full size, even the last', { sizeBytes: 20, partBytes: 10 }, 2, 10],
    ['that is the last has the remainder', { sizeBytes: 21, partBytes: 10 }, 3, 1],
    ['that is the only one has the size of the file', { sizeBytes: 3, partBytes: 10 }, 1, 3],
    ['after the last does not exist', { sizeBytes: 20, partBytes: 10 }, 3, undefined],
    ['0 does not exist', { sizeBytes: 20, partBytes: 10 }, 0, undefined],
  ])('%s', (_, grid, part, expected) => {
    expect(partLength(grid, part)).toBe(expected);
  });
});

describe('missing parts', () => {
  const ten = { sizeBytes: 10 * partBytes, partBytes };
  it.each<[string, { number: number; sizeBytes: number }[], PartRange[]]>([
    ['of a new upload are all of them, as one range', [], [{ firstPart: 1, lastPart: 10 }]],
    [
      'are between the stored ones',
      parts(1, 4, 5, 10),
      [
        { firstPart: 2, lastPart: 3 },
        { firstPart: 6, lastPart: 9 },
      ],
    ],
    ['of a complete upload are none', parts(1, 2, 3, 4, 5, 6, 7, 8, 9, 10), []],
    [
      'include those of the wrong size',
      [...parts(1, 2, 4, 5, 6, 7, 8, 9, 10), { number: 3, sizeBytes: partBytes - 1 }],
      [{ firstPart: 3, lastPart: 3 }],
    ],
  ])('%s', (_, stored, expected) => {
    expect(missingParts(ten, stored)).toEqual(expected);
  });

  it('are only those within the range', () => {
    expect(missingParts(ten, parts(5), { firstPart: 4, lastPart: 6 })).toEqual([
      { firstPart: 4, lastPart: 4 },
      { firstPart: 6, lastPart: 6 },
    ]);
  });
});

describe('slices', () => {
  it.each<[string, readonly PartRange[], Partial<SlicePace>, number[]]>([
    ['are one if it fits into half an invocation', all, {}, [100]],
    ['are as many as there are sessions', all, { sessions: 4 }, [25, 25, 25, 25]],
    ['have at least four parts, however many sessions are free', all, { sessions: 50 }, Array(25).fill(4)],
    ['take at most half an invocation at the rate', all, { bytesPerSecond: 500_000 }, Array(4).fill(25)],
    ['have one part each if not even one fits', all, { bytesPerSecond: 1000 }, Array(100).fill(1)],
    [
      'never last longer than eight minutes',
      all,
      { bytesPerSecond: 1_000_000, invocationSeconds: 1e6 },
      [50, 50],
    ],
    [
      'do not include stored parts',
      [
        { firstPart: 2, lastPart: 3 },
        { firstPart: 9, lastPart: 9 },
      ],
      {},
      [2, 1],
    ],
  ])('%s', (_, missing, changes, expected) => {
    expect(lengths(cutSlices(hundredParts, missing, { ...pace, ...changes }))).toEqual(expected);
  });

  it('are exactly the missing parts, each once and in order', () => {
    const scene = fc.record({
      sizeBytes: fc.integer({ min: 1, max: 2000 }),
      partBytes: fc.integer({ min: 1, max: 50 }),
      sessions: fc.integer({ min: 1, max: 32 }),
      bytesPerSecond: fc.integer({ min: 1, max: 100 }),
      there: fc.array(fc.integer({ min: 1, max: 2000 })),
    });

    fc.assert(
      fc.property(scene, ({ there, sessions, bytesPerSecond, ...grid }) => {
        const stored = there.map((number) => ({ number, sizeBytes: partLength(grid, number) ?? 0 }));

        const slices = cutSlices(grid, missingParts(grid, stored), { ...pace, sessions, bytesPerSecond });

        const covered = slices.flatMap(numbersOf);
        const numbers = numbersOf({ firstPart: 1, lastPart: partCount(grid) });
        expect(covered).toEqual(numbers.filter((number) => !there.includes(number)));
      }),
    );
  });
});

it('The parts of a file are consecutive and cover it', () => {
  const grids = fc.record({
    sizeBytes: fc.integer({ min: 1, max: 1e13 }),
    partBytes: fc.integer({ min: 1e10, max: 1e12 }),
  });

  fc.assert(
    fc.property(grids, (grid) => {
      const numbers = numbersOf({ firstPart: 1, lastPart: partCount(grid) });
      const ends = numbers.map((part) => partOffset(grid, part) + (partLength(grid, part) ?? 0));
      expect(ends.slice(0, -1)).toEqual(numbers.slice(1).map((part) => partOffset(grid, part)));
      expect(ends.at(-1)).toBe(grid.sizeBytes);
    }),
  );
});

function numbersOf({ firstPart, lastPart }: PartRange): number[] {
  return Array.from({ length: lastPart - firstPart + 1 }, (_, index) => firstPart + index);
}
