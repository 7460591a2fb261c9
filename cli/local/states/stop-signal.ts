import { setTimeout as sleep } from 'node:timers/promises';

/** Why an execution ends before its states do. */
export class ExecutionStopped extends Error {
  override readonly name = 'ExecutionStopped';
  readonly status: 'TIMED_OUT' | 'ABORTED';
  readonly errorName: string;

  constructor(status: 'TIMED_OUT' | 'ABORTED', error: { readonly name: string; readonly cause: string }) {
    super(error.cause);
    this.status = status;
    this.errorName = error.name;
  }
}

/** Resolves after the time; rejects with the signal's reason as soon as that is aborted. */
export async function pauseUntil(pauseMs: number, signal: AbortSignal): Promise<void> {
  try {
    await sleep(timerMs(pauseMs), undefined, { signal });
  } catch {
    // The timer ends early for the signal alone, with an error that says no more than that.
    throw signal.reason;
  }
}

/** The promise's own end, or a rejection with the signal's reason as soon as that is aborted. */
export async function untilAborted<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  let forget = () => {};
  const aborted = new Promise<never>((_, reject) => {
    const abort = () => reject(signal.reason);
    if (signal.aborted) abort();
    signal.addEventListener('abort', abort, { once: true });
    forget = () => signal.removeEventListener('abort', abort);
  });
  try {
    return await Promise.race([promise, aborted]);
  } finally {
    forget();
  }
}

/** Node's timers end at once when they are given more than a signed 32-bit number of milliseconds, nearly 25 days. */
export function timerMs(wantedMs: number): number {
  return Math.min(wantedMs, 2 ** 31 - 1);
}
