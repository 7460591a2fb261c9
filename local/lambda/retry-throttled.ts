import { setTimeout as sleep } from 'node:timers/promises';
import { type FunctionAnswer, isThrottled } from './function-answer.ts';

export interface ThrottledRetries {
  /** The delay doubles from a second up to this. */
  readonly maxDelaySeconds: number;
  readonly waitScale: number;
  /** Ends the retries. */
  readonly signal: AbortSignal;
  /** Whether to try again after a delay; `waitedSeconds` includes it and is not scaled. */
  readonly mayRetry: (waitedSeconds: number) => boolean;
}

/**
 * Calls until the call is not throttled. Returns the last answer, which is throttled if the retries have
 * ended.
 */
export async function retryThrottled(
  call: () => Promise<FunctionAnswer>,
  { maxDelaySeconds, waitScale, signal, mayRetry }: ThrottledRetries,
): Promise<FunctionAnswer> {
  let answer = await call();
  let delaySeconds = 1;
  let waitedSeconds = 0;
  while (isThrottled(answer) && !signal.aborted) {
    waitedSeconds += delaySeconds;
    if (!mayRetry(waitedSeconds)) break;
    await sleep(delaySeconds * 1000 * waitScale, undefined, { signal }).catch(() => {
      // Stopped while it waits.
    });
    if (signal.aborted) break;
    delaySeconds = Math.min(2 * delaySeconds, maxDelaySeconds);
    answer = await call();
  }
  return answer;
}
