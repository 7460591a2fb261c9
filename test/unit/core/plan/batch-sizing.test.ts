import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  batchLimits,
  type ManifestRange,
  pieceLimits,
  RangeJoiner,
  type RangeLimits,
} from '../../../../lambdas/core/plan/batch-sizing.ts';
import { defaultRate, expectedSeconds } from '../../../../lambdas/core/plan/transfer-rate.ts';

/** Consecutive lines of 100 bytes in one document, each for a file of the given size. */
function lines(sizes: readonly number[], document = 0): ManifestRange[] {
  return sizes.map((bytes, index) => ({ document, offset: index * 100, length: 100, files: 1, bytes }));
}

function joined(shares: readonly ManifestRange[], limits: RangeLimits): ManifestRange[] {
  const joiner = new RangeJoiner(limits, defaultRate);
  const all = [...shares.map((share) => joiner.add(share)), joiner.end()];
  return all.filter((share) => share !== undefined);
}

describe('lines are joined', () => {
  it.each<[string, ManifestRange[], RangeLimits, number[]]>([
    ['not at all if there are none', [], { seconds: 1, files: 10 }, []],
    ['up to the expected time', lines([0, 0, 0, 0, 0]), { seconds: 0.41, files: 10 }, [2, 2, 1]],
    ['up to the number of files', lines([0, 0, 0, 0, 0]), { seconds: 60, files: 3 }, [3, 2]],
    ['so that a long one is alone', lines([0, 900_000_000, 0, 0]), { seconds: 60, files: 9 }, [1, 1, 2]],
    ['only within a document', [...lines([0, 0]), ...lines([0], 1)], { seconds: 60, files: 9 }, [2, 1]],
    ['only without a gap between them', lines([0, 0, 0]).toSpliced(1, 1), { seconds: 60, files: 9 }, [1, 1]],
  ])('%s', (_, shares, limits, files) => {
    expect(joined(shares, limits).map((share) => share.files)).toEqual(files);
  });

  it('into batches that have each line once and in order, within the limits', () => {
    const limits = { seconds: 5, files: 7 };
    const sizes = fc.array(fc.nat(60_000_000), { maxLength: 60 });
    fc.assert(
      fc.property(sizes, sizes, (first, second) => {
        const all = [...lines(first), ...lines(second, 1)];

        const batches = joined(joined(all, { seconds: 1, files: 2 }), limits);

        const covered = batches.flatMap(({ document, offset, length }) => {
          return Array.from({ length: length / 100 }, (_, index) => `${document}:${offset + index * 100}`);
        });
        expect(covered).toEqual(all.map(({ document, offset }) => `${document}:${offset}`));
        const tooLarge = batches.filter((batch) => {
          return batch.files > 1 && (batch.files > 7 || expectedSeconds(batch, defaultRate) > 5);
        });
        expect(tooLarge).toEqual([]);
      }),
    );
  });
});

describe('a batch of a worker with four sessions', () => {
  const deployed = { sessions: 4, invocationSeconds: 900 };
  it.each([
    ['takes half an invocation in a long run', 1_000_000, 1, deployed, 4 * 450],
    ['takes at most eight minutes', 1_000_000, 1, { sessions: 4, invocationSeconds: 3600 }, 4 * 480],
    ['is shorter if workers would have fewer than three', 9600, 4, deployed, 800],
    ['is at least an eighth of the longest', 100, 8, deployed, 225],
    ['takes half an invocation if that is short', 1_000_000, 1, { sessions: 4, invocationSeconds: 20 }, 40],
  ])('%s', (_, seconds, workers, worker, expected) => {
    expect(batchLimits({ seconds, workers }, worker)).toEqual({ seconds: expected, files: 10_000 });
  });

  it('consists of eight pieces', () => {
    expect(pieceLimits(deployed)).toEqual({ seconds: 225, files: 1250 });
  });
});
