/** How long an invocation may still take. The timer is our own, since middy's early timeout leaves no time to save anything. */
export interface Deadline {
  /** Milliseconds until the function is killed. */
  remainingMs(): number;
  /** How many there were when the invocation began: limits of time are shares of it. */
  readonly totalMs: number;
  /** Fires when all work must stop, so that what is left of the time suffices to save. */
  readonly signal: AbortSignal;
  /** Stops the timer; otherwise it would fire into the next invocation. */
  clear(): void;
}

/** What saving outcomes and closing sessions may take; of a short invocation a third. */
const savingMs = 20_000;

/** Starts the timer of an invocation. @param remainingMs until the function is killed, as its context says. */
export function startDeadline(remainingMs: () => number): Deadline {
  const abort = new AbortController();
  const totalMs = remainingMs();
  const untilAbortMs = totalMs - savingTimeMs(totalMs);
  const timer = setTimeout(() => abort.abort(new Error('The invocation has run out of time.')), untilAbortMs);
  return { remainingMs, totalMs, signal: abort.signal, clear: () => clearTimeout(timer) };
}

/** Milliseconds until the signal fires; less than none after it has. */
export function workLeftMs({ remainingMs, totalMs }: Pick<Deadline, 'remainingMs' | 'totalMs'>): number {
  return remainingMs() - savingTimeMs(totalMs);
}

function savingTimeMs(totalMs: number): number {
  return Math.min(savingMs, totalMs / 3);
}

/** The share of a short invocation behind which nothing is begun: a little more than what saving takes of it. */
const lateShare = 0.4;

/** Whether there is time to begin something that wants as much; in a short invocation less will do. */
export function mayBegin({ remainingMs, totalMs }: Deadline, wantedMs: number): boolean {
  return remainingMs() > Math.min(wantedMs, totalMs * lateShare);
}
