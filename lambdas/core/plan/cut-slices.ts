import { type PartGrid, type PartRange, rangeLength } from './part-grid.ts';

export interface SlicePace {
  /** The rate of one session. */
  readonly bytesPerSecond: number;
  readonly invocationSeconds: number;
  /** The number of sessions that the partner allows. */
  readonly sessions: number;
}

/**
 * The maximum duration of a slice: a worker that dies delays the others little, and sessions that start
 * together end together.
 */
const maxSliceSeconds = 8 * 60;

/**
 * The minimum number of parts of a slice. A slice costs a login and a check of the file; fewer parts are not
 * worth it.
 */
const minPartsPerSlice = 4;

/**
 * Cuts ranges of missing parts into slices, one per session at a time. Each is expected to take at most half
 * an invocation, and there are at least as many as sessions if there are enough parts.
 */
export function cutSlices(
  { partBytes }: PartGrid,
  missing: readonly PartRange[],
  pace: SlicePace,
): readonly PartRange[] {
  const seconds = Math.min(maxSliceSeconds, pace.invocationSeconds / 2);
  const partsInTime = Math.max(1, Math.floor((pace.bytesPerSecond * seconds) / partBytes));
  const total = missing.reduce((sum, run) => sum + rangeLength(run), 0);
  const fair = Math.max(minPartsPerSlice, Math.ceil(total / pace.sessions));
  return missing.flatMap((run) => splitEvenly(run, Math.min(partsInTime, fair)));
}

/** The smallest number of pieces that the limit allows, of nearly equal length. */
function splitEvenly(run: PartRange, maxParts: number): PartRange[] {
  const pieces = Math.ceil(rangeLength(run) / maxParts);
  const border = (piece: number) => run.firstPart + Math.round((rangeLength(run) * piece) / pieces);
  return Array.from({ length: pieces }, (_, piece) => {
    return { firstPart: border(piece), lastPart: border(piece + 1) - 1 };
  });
}
