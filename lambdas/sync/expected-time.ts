/** How fast one session is at a partner: what each file costs, and what each byte of it costs besides. */
export interface TransferRate {
  readonly secondsPerFile: number;
  readonly bytesPerSecond: number;
}

/** What is transferred: one file, a batch, or a whole plan. */
export interface Amount {
  readonly files: number;
  readonly bytes: number;
}

/** Of a partner that has not been measured yet. */
export const defaultRate: TransferRate = { secondsPerFile: 0.2, bytesPerSecond: 10_000_000 };

/** How many seconds one session is expected to take. */
export function expectedSeconds({ files, bytes }: Amount, rate: TransferRate): number {
  return files * rate.secondsPerFile + bytes / rate.bytesPerSecond;
}

/** What was moved, and the seconds that sessions were busy with it, added up over all of them. */
export interface Measurement extends Amount {
  readonly seconds: number;
}

/** Work of as many seconds has the whole say that a measurement can have; a shorter one has a smaller say. */
const wholeSaySeconds = 60;
const wholeSay = 0.5;

/** A measurement that says more than so many times faster or slower is taken to say as much. */
const boldest = 10;

/** No rate leaves these, whatever was measured: a rate of nothing would make every expectation endless. */
const secondsPerFileRange = { least: 0.001, most: 60 };
const bytesPerSecondRange = { least: 1000, most: 10_000_000_000 };

/**
 * The rate after a measurement: a moving average. What was measured is one number, and a rate has two: each of them moves by as
 * much as it accounts for, so that many small files teach what a file costs, and few large ones what a byte does.
 */
export function learnedRate(before: TransferRate, measured: Measurement): TransferRate {
  const expected = expectedSeconds(measured, before);
  if (expected <= 0 || measured.seconds <= 0) return before;
  const slower = within({ least: 1 / boldest, most: boldest }, measured.seconds / expected);
  const say = wholeSay * Math.min(1, measured.seconds / wholeSaySeconds);
  const shareOfFiles = (measured.files * before.secondsPerFile) / expected;
  return {
    secondsPerFile: within(secondsPerFileRange, before.secondsPerFile * slower ** (say * shareOfFiles)),
    bytesPerSecond: within(bytesPerSecondRange, before.bytesPerSecond / slower ** (say * (1 - shareOfFiles))),
  };
}

function within(range: { readonly least: number; readonly most: number }, value: number): number {
  return Math.min(range.most, Math.max(range.least, value));
}
