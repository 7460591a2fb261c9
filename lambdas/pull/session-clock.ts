import type { Pool } from '../ftps/pool.ts';
import type { Session } from '../ftps/session.ts';

/** Lends a pool's sessions, and tells how long they were at work: what a partner's rate is measured by. Waiting for one is no work. */
export class SessionClock implements Pick<Pool, 'use'> {
  readonly #pool: Pick<Pool, 'use'>;
  #busyMs = 0;

  constructor(pool: Pick<Pool, 'use'>) {
    this.#pool = pool;
  }

  /** Of all sessions together. */
  get busySeconds(): number {
    return this.#busyMs / 1000;
  }

  /** As the pool's own. */
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
