import { type Database, integerOf, textOf } from '../database/open-database.ts';

/** Within these, a FIFO queue takes a message with the same deduplication id for the same message. */
const deduplicationMs = 5 * 60 * 1000;

interface Accepted {
  readonly messageId: string;
  readonly sequence: number;
}

interface DeduplicationKey {
  readonly queue: string;
  /** The message group, where ids are compared within groups alone; else empty. */
  readonly scope: string;
  readonly id: string;
}

/** What FIFO queues have taken in the last five minutes, whether it is still there or not. */
export class Deduplication {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  find({ queue, scope, id }: DeduplicationKey, now: Date): Accepted | undefined {
    const since = now.getTime() - deduplicationMs;
    this.#database.sql.run`DELETE FROM deduplication WHERE queue = ${queue} AND sent <= ${since}`;
    const row = this.#database.sql
      .get`SELECT * FROM deduplication WHERE queue = ${queue} AND scope = ${scope} AND id = ${id}`;
    return row === undefined
      ? undefined
      : { messageId: textOf(row, 'message_id'), sequence: integerOf(row, 'sequence') };
  }

  remember({ queue, scope, id }: DeduplicationKey, accepted: Accepted, now: Date): void {
    this.#database.sql.run`INSERT INTO deduplication (queue, scope, id, message_id, sequence, sent)
      VALUES (${queue}, ${scope}, ${id}, ${accepted.messageId}, ${accepted.sequence}, ${now.getTime()})`;
  }
}
