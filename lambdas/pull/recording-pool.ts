import type { Pool } from '../ftps/session/pool.ts';
import type { Session } from '../ftps/session/session.ts';

/** A pool that keeps the transcript of the last work that had a session, for the report of its error. */
export class RecordingPool implements Pick<Pool, 'use'> {
  readonly #pool: Pick<Pool, 'use'>;
  /** The last commands and replies, without secrets; undefined before the first work. */
  transcript: readonly string[] | undefined;

  constructor(pool: Pick<Pool, 'use'>) {
    this.#pool = pool;
  }

  use<T>(work: (session: Session) => Promise<T>): Promise<T> {
    return this.#pool.use(async (session) => {
      const { transcript } = session.control;
      transcript.clear();
      try {
        return await work(session);
      } finally {
        this.transcript = transcript.lines();
      }
    });
  }
}
