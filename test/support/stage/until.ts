import { setTimeout as sleep } from 'node:timers/promises';

const pollMs = 50;

/** Far more than anything takes on a busy machine: it bounds a test that would never end. */
const patienceMs = 60_000;

/**
 * Resolves with the first answer that is not undefined, asking again and again.
 * @throws Error naming what was waited for, with what `describe` says of the present state.
 */
export async function until<T>(
  what: string,
  ask: () => Promise<T | undefined> | T | undefined,
  describe: () => Promise<unknown> | unknown = () => 'it did not come',
): Promise<T> {
  for (const end = performance.now() + patienceMs; performance.now() < end; await sleep(pollMs)) {
    const answer = await ask();
    if (answer !== undefined) return answer;
  }
  throw new Error(`Waited in vain until ${what}: ${JSON.stringify(await describe())}`);
}
