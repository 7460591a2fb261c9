import type { Pool } from '../ftps/pool.ts';
import type { Session } from '../ftps/session.ts';

/** A pool that keeps what was said in the last piece of work that had a session, to be told of where it failed. */
export class OverheardPool implements Pick<Pool, 'use'> {
  readonly #pool: Pick<Pool, 'use'>;
  /** Undefined where no work had a session yet. */
  dialogue: readonly string[] | undefined;

  constructor(pool: Pick<Pool, 'use'>) {
    this.#pool = pool;
  }

  use<T>(work: (session: Session) => Promise<T>): Promise<T> {
    return this.#pool.use(async (session) => {
      const { dialogue } = session.control;
      dialogue.begin();
      try {
        return await work(session);
      } finally {
        this.dialogue = dialogue.lines();
      }
    });
  }
}
