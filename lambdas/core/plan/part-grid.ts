/** Part numbers of an upload, from 1, both inclusive. */
export interface PartRange {
  readonly firstPart: number;
  readonly lastPart: number;
}

/**
 * How a file is divided into parts. Part N always covers the same bytes, so the stored parts are the
 * checkpoint.
 */
export interface PartGrid {
  readonly sizeBytes: number;
  /** The size of every part except the last. */
  readonly partBytes: number;
}

export function partCount({ sizeBytes, partBytes }: PartGrid): number {
  return Math.ceil(sizeBytes / partBytes);
}

export function partOffset({ partBytes }: PartGrid, part: number): number {
  return (part - 1) * partBytes;
}

/** The size of a part in bytes; undefined if the file has no such part. */
export function partLength(grid: PartGrid, part: number): number | undefined {
  if (part < 1 || part > partCount(grid)) return undefined;
  return Math.min(grid.partBytes, grid.sizeBytes - partOffset(grid, part));
}

/**
 * The missing parts as ranges, ascending. A stored part of the wrong size counts as missing.
 * @param stored in any order.
 * @param within the parts to look for; by default all of the file.
 */
export function missingParts(
  grid: PartGrid,
  stored: Iterable<{ readonly number: number; readonly sizeBytes: number }>,
  within: PartRange = { firstPart: 1, lastPart: partCount(grid) },
): readonly PartRange[] {
  const there = new Set<number>();
  for (const { number, sizeBytes } of stored) if (partLength(grid, number) === sizeBytes) there.add(number);
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

/** The number of parts in a range. */
export function rangeLength({ firstPart, lastPart }: PartRange): number {
  return lastPart - firstPart + 1;
}
