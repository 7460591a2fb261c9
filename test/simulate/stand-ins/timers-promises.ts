import { clearModelTimer, setModelTimer } from '../machine/world.ts';

/** In place of `node:timers/promises`. */
export function setTimeout(
  ms: number,
  value?: unknown,
  options: { readonly signal?: AbortSignal | undefined } = {},
): Promise<unknown> {
  const { signal } = options;
  return new Promise((resolve, reject) => {
    if (signal?.aborted === true) {
      reject(signal.reason);
      return;
    }
    const abort = () => {
      clearModelTimer(timer);
      reject(signal?.reason);
    };
    const timer = setModelTimer(() => {
      signal?.removeEventListener('abort', abort);
      resolve(value);
    }, ms);
    signal?.addEventListener('abort', abort, { once: true });
  });
}

export function setImmediate(value?: unknown): Promise<unknown> {
  return Promise.resolve(value);
}
