import type { Pool } from '../ftps/session/pool.ts';
import type { Session } from '../ftps/session/session.ts';

/**
 * A pool that measures how long its sessions are in use, without the waits for a free one: the time base of a
 * partner's transfer rate.
 */
export class TimedPool implements Pick<Pool, 'use'> {
  readonly #pool: Pick<Pool, 'use'>;
  #busyMs = 0;

  constructor(pool: Pick<Pool, 'use'>) {
    this.#pool = pool;
  }

  /** The sum of all sessions. */
  get busySeconds(): number {
    return this.#busyMs / 1000;
  }

  use<T>(work: (session: Session) => Promise<T>): Promise<T> {
    return this.#pool.use(async (session) => {
      const begunMs = performance.now();
      try {
        return await work(session);
      } finally {
        this.#busyMs += performance.now() - begunMs;
      }
    });
  }
}
