import { setTimeout as sleep } from 'node:timers/promises';
import type { TimeLeft } from './connection-dependencies.ts';

const initialPauseMs = 200;
/** With its jitter a pause takes at most a second and a half. */
const maxPauseMs = 1_000;
const growth = 1.5;

/** Exponential backoff with jitter, so that functions that wait for the same thing do not retry together. */
export class Backoff {
  readonly #time: TimeLeft;
  #pauseMs = initialPauseMs;

  constructor(time: TimeLeft) {
    this.#time = time;
  }

  /**
   * Pauses once. @returns `give-up` without a pause where half of the invocation has passed: a session that
   * came later would have too little time. @throws the signal's reason.
   */
  async pause(signal: AbortSignal): Promise<'retry' | 'give-up'> {
    signal.throwIfAborted();
    if (this.#time.remainingMs() <= this.#time.totalMs / 2) return 'give-up';
    await sleep(this.#pauseMs * (0.5 + Math.random()), undefined, { signal });
    this.#pauseMs = Math.min(maxPauseMs, this.#pauseMs * growth);
    return 'retry';
  }
}
