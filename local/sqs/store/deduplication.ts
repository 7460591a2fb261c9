import { type Database, readInteger, readText } from '../../sqlite/open-database.ts';

/** The deduplication interval of FIFO queues. */
const deduplicationMs = 5 * 60 * 1000;

interface Accepted {
  readonly messageId: string;
  readonly sequence: number;
}

interface DeduplicationKey {
  readonly queue: string;
  /** The message group when ids are compared within groups; otherwise empty. */
  readonly scope: string;
  readonly id: string;
}

/** The deduplication ids that FIFO queues have accepted within the interval, also of deleted messages. */
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
      : { messageId: readText(row, 'message_id'), sequence: readInteger(row, 'sequence') };
  }

  remember({ queue, scope, id }: DeduplicationKey, accepted: Accepted, now: Date): void {
    this.#database.sql.run`INSERT INTO deduplication (queue, scope, id, message_id, sequence, sent)
      VALUES (${queue}, ${scope}, ${id}, ${accepted.messageId}, ${accepted.sequence}, ${now.getTime()})`;
  }
}
