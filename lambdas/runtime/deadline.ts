/** How long an invocation may still take. The timer is our own, since middy's early timeout leaves no time to save anything. */
export interface Deadline {
  /** Milliseconds until the function is killed. */
  remainingMs(): number;
  /** Fires when all work must stop, so that what is left of the time suffices to save. */
  readonly signal: AbortSignal;
  /** Stops the timer; otherwise it would fire into the next invocation. */
  clear(): void;
}

/** What saving outcomes and closing sessions may take. */
const savingMs = 20_000;

export function startDeadline(remainingMs: () => number): Deadline {
  const abort = new AbortController();
  const untilAbortMs = Math.max(remainingMs() - savingMs, remainingMs() / 2);
  const timer = setTimeout(() => abort.abort(new Error('The invocation has run out of time.')), untilAbortMs);
  return { remainingMs, signal: abort.signal, clear: () => clearTimeout(timer) };
}
