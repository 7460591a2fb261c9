/** Part numbers of an upload, from 1, both inclusive. */
export interface PartRange {
  readonly firstPart: number;
  readonly lastPart: number;
}

/** How a file is cut into parts: part N covers the same bytes whoever fetches it, so that the parts that are there are the checkpoint. */
export interface PartGrid {
  readonly sizeBytes: number;
  /** Of every part but the last. */
  readonly partBytes: number;
}

export function partCount({ sizeBytes, partBytes }: PartGrid): number {
  return Math.ceil(sizeBytes / partBytes);
}

export function partOffset({ partBytes }: PartGrid, part: number): number {
  return (part - 1) * partBytes;
}

/** How many bytes a part has; undefined where the file has no such part. */
export function bytesOfPart(grid: PartGrid, part: number): number | undefined {
  if (part < 1 || part > partCount(grid)) return undefined;
  return Math.min(grid.partBytes, grid.sizeBytes - partOffset(grid, part));
}

/**
 * The parts of a range that are not there, as runs of neighbours, ascending. A part of another size than its own counts as missing.
 * @param stored in any order.
 */
export function missingParts(
  grid: PartGrid,
  stored: Iterable<{ readonly number: number; readonly sizeBytes: number }>,
  within: PartRange = { firstPart: 1, lastPart: partCount(grid) },
): readonly PartRange[] {
  const there = new Set<number>();
  for (const { number, sizeBytes } of stored) if (bytesOfPart(grid, number) === sizeBytes) there.add(number);
  const runs: PartRange[] = [];
  let firstPart: number | undefined;
  for (let part = within.firstPart; part <= within.lastPart; part++) {
    if (there.has(part)) {
      if (firstPart !== undefined) runs.push({ firstPart, lastPart: part - 1 });
      firstPart = undefined;
    } else firstPart ??= part;
  }
  if (firstPart !== undefined) runs.push({ firstPart, lastPart: within.lastPart });
  return runs;
}

export interface SlicePace {
  /** Of one session. */
  readonly bytesPerSecond: number;
  readonly invocationSeconds: number;
  /** That the partner allows. */
  readonly sessions: number;
}

/** So that a worker that dies keeps others waiting for little, and that sessions which began together end together. */
const longestSliceSeconds = 8 * 60;

/** A slice costs a login and a look at the file: with fewer parts that would not be worth another session. */
const leastPartsOfSlice = 4;

/**
 * Cuts runs of missing parts into slices, one for a session at a time: each of them expected to take no more than half an
 * invocation, and as many as there are sessions where the parts suffice.
 */
export function cutSlices(
  { partBytes }: PartGrid,
  missing: readonly PartRange[],
  pace: SlicePace,
): readonly PartRange[] {
  const seconds = Math.min(longestSliceSeconds, pace.invocationSeconds / 2);
  const partsInTime = Math.max(1, Math.floor((pace.bytesPerSecond * seconds) / partBytes));
  const total = missing.reduce((sum, run) => sum + length(run), 0);
  const fair = Math.max(leastPartsOfSlice, Math.ceil(total / pace.sessions));
  return missing.flatMap((run) => evenly(run, Math.min(partsInTime, fair)));
}

/** As few pieces as the limit allows, as equal as whole parts can be. */
function evenly(run: PartRange, mostParts: number): PartRange[] {
  const pieces = Math.ceil(length(run) / mostParts);
  const border = (piece: number) => run.firstPart + Math.round((length(run) * piece) / pieces);
  return Array.from({ length: pieces }, (_, piece) => {
    return { firstPart: border(piece), lastPart: border(piece + 1) - 1 };
  });
}

function length({ firstPart, lastPart }: PartRange): number {
  return lastPart - firstPart + 1;
}
