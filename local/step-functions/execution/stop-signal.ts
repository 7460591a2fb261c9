import { setTimeout as sleep } from 'node:timers/promises';

/** The execution ends before its last state: it was stopped or timed out. */
export class ExecutionStoppedError extends Error {
  override readonly name = 'ExecutionStoppedError';
  readonly status: 'TIMED_OUT' | 'ABORTED';
  readonly errorName: string;

  constructor(status: 'TIMED_OUT' | 'ABORTED', error: { readonly name: string; readonly cause: string }) {
    super(error.cause);
    this.status = status;
    this.errorName = error.name;
  }
}

/** Resolves after the time; rejects with the signal's reason as soon as the signal is aborted. */
export async function sleepUnlessAborted(pauseMs: number, signal: AbortSignal): Promise<void> {
  try {
    await sleep(limitTimerMs(pauseMs), undefined, { signal });
  } catch {
    // Only the signal ends the timer early; the timer's own error does not contain the reason.
    throw signal.reason;
  }
}

/** Settles like the promise, but rejects with the signal's reason as soon as the signal is aborted. */
export async function untilAborted<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  let removeListener = () => {};
  const aborted = new Promise<never>((_, reject) => {
    const abort = () => reject(signal.reason);
    if (signal.aborted) abort();
    signal.addEventListener('abort', abort, { once: true });
    removeListener = () => signal.removeEventListener('abort', abort);
  });
  try {
    return await Promise.race([promise, aborted]);
  } finally {
    removeListener();
  }
}

/** Limits a time to what Node's timers support, almost 25 days. A longer timer would fire at once. */
export function limitTimerMs(wantedMs: number): number {
  return Math.min(wantedMs, 2 ** 31 - 1);
}
