/** A timer takes 24 days at most, and a clock may be set; whoever wakes too early looks and sleeps again. */
const longestSleepMs = 60_000;

export interface Wait {
  /** Infinity where nothing will happen by itself. */
  readonly sleepMs: number;
  readonly signal: AbortSignal;
}

/** Those who wait for something to change in a queue. */
export class Wakeups {
  readonly #waiting = new Set<() => void>();

  /** Wakes everybody; who finds nothing waits again. */
  wake(): void {
    for (const wake of [...this.#waiting]) wake();
  }

  /** Resolves at the next `wake`, after the sleep, or when the signal is aborted: whichever is first. */
  wait({ sleepMs, signal }: Wait): Promise<void> {
    if (signal.aborted) return Promise.resolve();
    return new Promise((resolve) => {
      const end = () => {
        clearTimeout(timer);
        signal.removeEventListener('abort', end);
        this.#waiting.delete(end);
        resolve();
      };
      const timer = setTimeout(end, Math.min(longestSleepMs, Math.max(0, sleepMs)));
      signal.addEventListener('abort', end);
      this.#waiting.add(end);
    });
  }
}
