/** What a run came to, in counts. */
export interface RunTotals {
  readonly listed: number;
  readonly transferred: number;
  readonly skipped: number;
  readonly held: number;
  readonly refused: number;
  readonly failed: number;
  readonly bytes: number;
  readonly cleared: number;
  readonly notCleared: number;
  readonly incompleteDirectories: number;
}

/**
 * How the run ended. Held files are as they should be: they wait for their time. A name that was refused, a directory that
 * was not read whole and a file that could not be cleared need a person, so they make the run incomplete.
 */
export function endOf(totals: RunTotals): 'succeeded' | 'incomplete' {
  const { failed, refused, notCleared, incompleteDirectories } = totals;
  return failed + refused + notCleared + incompleteDirectories > 0 ? 'incomplete' : 'succeeded';
}

/** How many of the listed files are still at the partner: the next run's guard compares with it. */
export function filesLeft(totals: RunTotals): number {
  return Math.max(0, totals.listed - totals.cleared);
}
