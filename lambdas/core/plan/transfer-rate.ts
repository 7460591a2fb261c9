/** The speed of one session at a partner: a fixed time per file, and a rate for its bytes. */
export interface TransferRate {
  readonly secondsPerFile: number;
  readonly bytesPerSecond: number;
}

/** An amount to transfer: one file, a batch, or a whole plan. */
export interface Amount {
  readonly files: number;
  readonly bytes: number;
}

/** The rate of a partner that has not been measured yet. */
export const defaultRate: TransferRate = { secondsPerFile: 0.2, bytesPerSecond: 10_000_000 };

/** The number of seconds that one session is expected to take. */
export function expectedSeconds({ files, bytes }: Amount, rate: TransferRate): number {
  return files * rate.secondsPerFile + bytes / rate.bytesPerSecond;
}

/** A transferred amount, and the seconds that it took, summed over all sessions. */
export interface Measurement extends Amount {
  readonly seconds: number;
}

/** The duration from which on a measurement has its full weight; a shorter one has less. */
const fullWeightSeconds = 60;
const fullWeight = 0.5;

/** The factor to which a single measurement is limited, faster or slower. */
const maxFactor = 10;

/** The limits of any rate: a rate of zero would make every expectation infinite. */
const secondsPerFileRange = { min: 0.001, max: 60 };
const bytesPerSecondRange = { min: 1000, max: 10_000_000_000 };

/**
 * The rate after a measurement: a moving average. A measurement is one number and a rate has two, so each of
 * them is corrected by its share of the expected time: many small files correct the time per file, few large
 * ones the rate of bytes.
 */
export function applyMeasurement(before: TransferRate, measured: Measurement): TransferRate {
  const expected = expectedSeconds(measured, before);
  if (expected <= 0 || measured.seconds <= 0) return before;
  const slower = clamp({ min: 1 / maxFactor, max: maxFactor }, measured.seconds / expected);
  const weight = fullWeight * Math.min(1, measured.seconds / fullWeightSeconds);
  const shareOfFiles = (measured.files * before.secondsPerFile) / expected;
  return {
    secondsPerFile: clamp(secondsPerFileRange, before.secondsPerFile * slower ** (weight * shareOfFiles)),
    bytesPerSecond: clamp(
      bytesPerSecondRange,
      before.bytesPerSecond / slower ** (weight * (1 - shareOfFiles)),
    ),
  };
}

function clamp(range: { readonly min: number; readonly max: number }, value: number): number {
  return Math.min(range.max, Math.max(range.min, value));
}
