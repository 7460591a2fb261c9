import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  applyMeasurement,
  defaultRate,
  expectedSeconds,
  type TransferRate,
} from '../../../../lambdas/core/plan/transfer-rate.ts';

const mebibyte = 1024 * 1024;

it.each([
  ['nothing', { files: 0, bytes: 0 }, 0],
  ['ten empty files', { files: 10, bytes: 0 }, 2],
  ['a file of 100 MB', { files: 1, bytes: 100_000_000 }, 10.2],
])('the expected seconds of one session at an unmeasured partner for %s', (_, amount, seconds) => {
  expect(expectedSeconds(amount, defaultRate)).toBeCloseTo(seconds);
});

describe('a measured rate', () => {
  it('does not change if the duration was as expected', () => {
    const rate = applyMeasurement(defaultRate, { files: 300, bytes: 0, seconds: 60 });

    expect(rate).toEqual(defaultRate);
  });

  it('is slower per file, and the same per byte, after small files that took longer', () => {
    const rate = applyMeasurement(defaultRate, { files: 300, bytes: 0, seconds: 240 });

    expect(rate.secondsPerFile).toBeCloseTo(0.4);
    expect(rate.bytesPerSecond).toBe(defaultRate.bytesPerSecond);
  });

  it('is faster per byte after a large file that took less time', () => {
    const rate = applyMeasurement(defaultRate, { files: 1, bytes: 4_000_000_000, seconds: 100 });

    expect(rate.bytesPerSecond).toBeGreaterThan(1.9 * defaultRate.bytesPerSecond);
    expect(rate.secondsPerFile).toBeCloseTo(defaultRate.secondsPerFile, 3);
  });

  it('hardly moves after a second of work', () => {
    const rate = applyMeasurement(defaultRate, { files: 1, bytes: 0, seconds: 1 });

    expect(rate.secondsPerFile).toBeLessThan(0.21);
  });

  it.each([
    ['nothing was transferred', { files: 0, bytes: 0, seconds: 30 }],
    ['it took no time', { files: 3, bytes: 10, seconds: 0 }],
  ])('does not change if %s', (_, measured) => {
    expect(applyMeasurement(defaultRate, measured)).toEqual(defaultRate);
  });

  it('converges to the true one, for any mix of files', () => {
    const truth = fc.record({
      secondsPerFile: fc.double({ min: 0.005, max: 2, noNaN: true }),
      bytesPerSecond: fc.double({ min: 100_000, max: 100_000_000, noNaN: true }),
    });
    const mixture = fc.record({ files: fc.integer({ min: 1, max: 5000 }), bytes: fc.nat(4000 * mebibyte) });
    fc.assert(
      fc.property(truth, mixture, (real: TransferRate, amount) => {
        const seconds = expectedSeconds(amount, real) + 60;
        let rate = defaultRate;
        for (let round = 0; round < 40; round++) rate = applyMeasurement(rate, { ...amount, seconds });

        const isWithinRange = rate.secondsPerFile < 59 && rate.bytesPerSecond > 1001;
        if (isWithinRange) expect(expectedSeconds(amount, rate) / seconds).toBeCloseTo(1, 1);
      }),
    );
  });

  it('stays finite and positive, whatever is measured', () => {
    const measured = fc.record({
      files: fc.nat(),
      bytes: fc.nat(),
      seconds: fc.double({ min: 0, max: 1e9, noNaN: true }),
    });
    fc.assert(
      fc.property(fc.array(measured), (measurements) => {
        const rate = measurements.reduce(applyMeasurement, defaultRate);

        expect(rate.secondsPerFile).toBeGreaterThan(0);
        expect(rate.bytesPerSecond).toBeGreaterThan(0);
        expect(Number.isFinite(rate.secondsPerFile + rate.bytesPerSecond)).toBe(true);
      }),
    );
  });
});
