/** Attempts at one file or directory within a run, without progress between them. */
const maxAttempts = 3;

/**
 * The wait before the first retry, which doubles before each other one: short, since other files wait too.
 */
const firstDelayMs = 500;

/**
 * What follows a result: `stop` keeps it; `retry` counts it as one more failed attempt; `retry-afresh` counts
 * it as the first one, since the attempt made progress.
 */
export type RetryDecision = 'stop' | 'retry' | 'retry-afresh';

export interface RetryTask<Result> {
  /** Returns an error that may pass as a result; what it throws ends the retries. */
  readonly attempt: () => Promise<Result>;
  readonly evaluate: (result: Result) => RetryDecision;
  /** Waits between two attempts. What it throws ends the retries. */
  readonly sleep: (delayMs: number) => Promise<unknown>;
  /** Called with a result that is not kept, before the wait. */
  readonly discard?: (result: Result) => void;
}

/**
 * Repeats an attempt until its result is to be kept, at most three times without progress, 500 ms and then 1
 * s apart.
 * @returns the last result: where the attempts are used up, one for which `evaluate` asked for a retry.
 * @throws what `attempt` or `sleep` throws.
 */
export async function retryByPolicy<Result>({
  attempt,
  evaluate,
  sleep,
  discard,
}: RetryTask<Result>): Promise<Result> {
  for (let failedAttempts = 0; ; ) {
    const result = await attempt();
    const decision = evaluate(result);
    if (decision === 'stop') return result;
    failedAttempts = decision === 'retry-afresh' ? 1 : failedAttempts + 1;
    if (failedAttempts >= maxAttempts) return result;
    discard?.(result);
    await sleep(firstDelayMs * 2 ** (failedAttempts - 1));
  }
}
