import { setTimeout as sleep } from 'node:timers/promises';

/** Calls `look` until it returns something, and waits in between. */
export async function poll<T>(
  look: () => Promise<T | undefined>,
  { intervalMs }: { readonly intervalMs: number },
): Promise<T> {
  for (;;) {
    const found = await look();
    if (found !== undefined) return found;
    await sleep(intervalMs);
  }
}

/** The same for a limited time. @returns undefined when the time is over. */
export async function pollFor<T>(
  look: () => Promise<T | undefined>,
  { intervalMs, timeoutMs }: { readonly intervalMs: number; readonly timeoutMs: number },
): Promise<T | undefined> {
  for (const endMs = performance.now() + timeoutMs; performance.now() < endMs; await sleep(intervalMs)) {
    const found = await look();
    if (found !== undefined) return found;
  }
  return undefined;
}
