import type { CallFunction } from './function-answer.ts';
import { retryThrottled } from './retry-throttled.ts';

export interface AsynchronousInvocationsOptions {
  readonly callFunction: CallFunction;
  readonly waitScale: number;
}

const hour = 3600;

/**
 * Lambda keeps an event that it could not deliver for six hours, and tries again after one second, two
 * seconds and so on, up to five minutes.
 * https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-error-handling.html
 */
const throttled = { maxAgeSeconds: 6 * hour, maxDelaySeconds: 300 };

/** The asynchronous invocations of the account: no caller waits for their answers. */
export class AsynchronousInvocations {
  readonly #options: AsynchronousInvocationsOptions;
  readonly #stopping = new AbortController();

  constructor(options: AsynchronousInvocationsOptions) {
    this.#options = options;
  }

  /** Invokes the function. Its log shows how the invocation ended. */
  invoke(functionArn: string, payload: string): void {
    const { callFunction, waitScale } = this.#options;
    const { maxAgeSeconds, maxDelaySeconds } = throttled;
    retryThrottled(() => callFunction(functionArn, payload), {
      maxDelaySeconds,
      waitScale,
      signal: this.#stopping.signal,
      mayRetry: (waitedSeconds) => waitedSeconds <= maxAgeSeconds,
    }).catch(() => {
      // A call is only rejected while the stack closes.
    });
  }

  /** Drops the events that wait for another try. */
  stop(): void {
    this.#stopping.abort();
  }
}
