/** The totals of a run. */
export interface RunTotals {
  readonly listed: number;
  readonly transferred: number;
  readonly skipped: number;
  readonly held: number;
  readonly refused: number;
  readonly failed: number;
  /** Files that a halted or failed run planned to transfer, and did not come to. */
  readonly notReached: number;
  readonly bytes: number;
  readonly disposed: number;
  readonly notDisposed: number;
  readonly incompleteDirectories: number;
}

/**
 * The status of a run that reached its end. Held files are normal. Failed and refused files, files that could
 * not be disposed of and incompletely listed directories need an operator, so the run is incomplete.
 */
export function endStatus(totals: RunTotals): 'succeeded' | 'incomplete' {
  const { failed, refused, notDisposed, incompleteDirectories } = totals;
  return failed + refused + notDisposed + incompleteDirectories > 0 ? 'incomplete' : 'succeeded';
}

/**
 * The number of listed files that are still at the partner; the guard of the next run compares its listing
 * with it.
 * @param takenAway transferred files that the partner removed once they were read.
 */
export function remainingFiles(totals: RunTotals, takenAway: number): number {
  return Math.max(0, totals.listed - totals.disposed - takenAway);
}
