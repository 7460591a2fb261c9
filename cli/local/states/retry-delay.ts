import type { Retrier } from './state-fields.ts';

/**
 * Seconds before the next attempt, by the rules of the states language (https://states-language.net/#retrying-after-error).
 * @param attempt counts the retries of this retrier from 0.
 * @param random from 0 to 1, for the jitter.
 */
export function retryDelaySeconds(retrier: Retrier, attempt: number, random: () => number): number {
  const grown = retrier.IntervalSeconds * retrier.BackoffRate ** attempt;
  const bounded = Math.min(grown, retrier.MaxDelaySeconds ?? Number.POSITIVE_INFINITY);
  return retrier.JitterStrategy === 'FULL' ? bounded * random() : bounded;
}
