/**
 * How long an invocation may still take. The timer is our own: middy's early timeout leaves no time to save
 * anything.
 */
export interface Deadline {
  /** Milliseconds until Lambda kills the function. */
  remainingMs(): number;
  /** Milliseconds at the start of the invocation; time limits are shares of it. */
  readonly totalMs: number;
  /** Fires when all work must stop, so that the remaining time is enough to save. */
  readonly signal: AbortSignal;
  /** Stops the timer. Call it when the invocation ends: otherwise the timer fires into the next one. */
  clear(): void;
}

/** Reserved for saving outcomes and closing sessions; of a short invocation at most a third. */
const savingMs = 20_000;

/**
 * Starts the timer of an invocation.
 * @param remainingMs until Lambda kills the function, from the context of the invocation.
 */
export function startDeadline(remainingMs: () => number): Deadline {
  const abort = new AbortController();
  const totalMs = remainingMs();
  const untilAbortMs = totalMs - savingTimeMs(totalMs);
  const timer = setTimeout(() => abort.abort(new Error('The invocation has run out of time.')), untilAbortMs);
  return { remainingMs, totalMs, signal: abort.signal, clear: () => clearTimeout(timer) };
}

/** Milliseconds until the signal fires; negative once it has fired. */
export function remainingWorkMs({ remainingMs, totalMs }: Pick<Deadline, 'remainingMs' | 'totalMs'>): number {
  return remainingMs() - savingTimeMs(totalMs);
}

function savingTimeMs(totalMs: number): number {
  return Math.min(savingMs, totalMs / 3);
}

/** Nothing is begun in the last 40 % of a short invocation: a little more than saving takes. */
const lateShare = 0.4;

/** Whether there is time to begin work that needs `neededMs`; in a short invocation less will do. */
export function hasTimeFor({ remainingMs, totalMs }: Deadline, neededMs: number): boolean {
  return remainingMs() > Math.min(neededMs, totalMs * lateShare);
}
