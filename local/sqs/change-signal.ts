/**
 * Timers are limited to 24 days, and the clock may change. A waiter that wakes early checks and waits again.
 */
const maxSleepMs = 60_000;

export interface Wait {
  /** Infinity when no change is due. */
  readonly sleepMs: number;
  readonly signal: AbortSignal;
}

/** Wakes everything that waits for a change of a queue. */
export class ChangeSignal {
  readonly #waiting = new Set<() => void>();

  /** Wakes every waiter. A waiter that finds nothing waits again. */
  notify(): void {
    for (const wake of [...this.#waiting]) wake();
  }

  /** Resolves at the next `notify`, after the sleep, or when the signal is aborted, whichever is first. */
  wait({ sleepMs, signal }: Wait): Promise<void> {
    if (signal.aborted) return Promise.resolve();
    return new Promise((resolve) => {
      const end = () => {
        clearTimeout(timer);
        signal.removeEventListener('abort', end);
        this.#waiting.delete(end);
        resolve();
      };
      const timer = setTimeout(end, Math.min(maxSleepMs, Math.max(0, sleepMs)));
      signal.addEventListener('abort', end);
      this.#waiting.add(end);
    });
  }
}
