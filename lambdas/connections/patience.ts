import { setTimeout as sleep } from 'node:timers/promises';
import type { TimeLeft } from './connection-systems.ts';

const firstPauseMs = 200;
/** With what chance adds, whoever waits looks every second and a half at least. */
const longestPauseMs = 1_000;
const growth = 1.5;

/** Waits for others, a little longer each time and never as long as somebody else. */
export class Patience {
  readonly #time: TimeLeft;
  #pauseMs = firstPauseMs;

  constructor(time: TimeLeft) {
    this.#time = time;
  }

  /**
   * Pauses once. `over`: half of the invocation is gone, and the rest is not worth waiting for: whoever gets a session should have time
   * to use it. @throws the signal's reason.
   */
  async pause(signal: AbortSignal): Promise<'again' | 'over'> {
    signal.throwIfAborted();
    if (this.#time.remainingMs() <= this.#time.totalMs / 2) return 'over';
    await sleep(this.#pauseMs * (0.5 + Math.random()), undefined, { signal });
    this.#pauseMs = Math.min(longestPauseMs, this.#pauseMs * growth);
    return 'again';
  }
}
