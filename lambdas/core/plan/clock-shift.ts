import type { Fingerprint } from '../listing/fingerprint.ts';

/**
 * Some servers show the times of all files in today's offset from UTC, so that on the day the clocks change
 * every file of a tree has another time. Times that moved so are no proof of another version: the bytes
 * decide.
 */
export interface ClockShift {
  readonly minutes: number;
  /**
   * Every known file of the directory moved by exactly this much, to the second. Once some of them are shown
   * to have their recorded bytes, the others count as unchanged too.
   */
  readonly isOfDirectory: boolean;
}

/** Offsets from UTC, and their changes, are multiples of half an hour; zones are at most 14 hours from it. */
const stepMinutes = 30;
const maxMinutes = 14 * 60;
const minuteMs = 60_000;

/** With fewer known files, chance may have moved them by the same time. */
const minFilesOfDirectory = 3;

/**
 * By how many minutes the time of a file moved, where nothing else about it changed and a change of the
 * server's clock can explain it. Undefined where it cannot.
 */
export function shiftedMinutes(recorded: Fingerprint, listed: Fingerprint): number | undefined {
  const [before, now] = [recorded.modified, listed.modified];
  if (recorded.sizeBytes === undefined || recorded.sizeBytes !== listed.sizeBytes) return undefined;
  const isOther =
    recorded.unique !== undefined && listed.unique !== undefined && recorded.unique !== listed.unique;
  if (isOther || before === undefined || now === undefined) return undefined;
  if (before.clock !== now.clock || before.precision !== now.precision || now.precision === 'day')
    return undefined;
  const minutes = (Date.parse(`${now.wallClock}Z`) - Date.parse(`${before.wallClock}Z`)) / minuteMs;
  const isShift = minutes !== 0 && Math.abs(minutes) <= maxMinutes && minutes % stepMinutes === 0;
  return isShift ? minutes : undefined;
}

/** A transferred file, as it is recorded and as it is listed now. */
export interface KnownFile {
  readonly recorded: Fingerprint;
  readonly listed: Fingerprint;
}

/**
 * The minutes by which all known files of a directory moved; undefined where one of them did not, where there
 * are too few, or where their times have no seconds: a program that writes all its files every hour moves
 * them by whole hours too, but not to the second.
 */
export function directoryShift(files: readonly KnownFile[]): number | undefined {
  if (files.length < minFilesOfDirectory) return undefined;
  const [first, ...others] = files.map(({ recorded, listed }) =>
    listed.modified?.precision === 'second' ? shiftedMinutes(recorded, listed) : undefined,
  );
  return others.every((minutes) => minutes === first) ? first : undefined;
}
