import type { Database } from '../database/open-database.ts';
import { integerOf, textOf } from '../database/open-database.ts';
import { messageOf, type NewMessage, type StoredMessage } from './stored-message.ts';

interface Placement {
  readonly queue: string;
  readonly id: string;
  readonly message: NewMessage;
  readonly sent: Date;
  readonly visibleFrom: Date;
}

interface Receive {
  readonly receipt: string;
  readonly now: Date;
  readonly visibleFrom: Date;
  readonly isHeld: boolean;
}

/** How many messages of a queue are in which state. */
export interface MessageCounts {
  /** Ready to be received, those behind an in-flight message of their group included, as Amazon SQS counts. */
  readonly visible: number;
  readonly inFlight: number;
  /** Sent, and not yet due for the first time. */
  readonly delayed: number;
}

/**
 * The messages of all queues. Where a statement names its index, SQLite would else read every message of a group.
 *
 * Several calls that belong together are made in a transaction of the database.
 */
export class MessageStore {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  get transaction(): Database['transaction'] {
    return this.#database.transaction;
  }

  /** Gives the sequence of the new message. */
  add({ queue, id, message, sent, visibleFrom }: Placement): number {
    const row = this.#database.sql.get`
      INSERT INTO message
        (queue, id, body, group_id, deduplication_id, sent, visible_from, is_held, receive_count)
      VALUES (${queue}, ${id}, ${message.body}, ${message.group ?? null}, ${message.deduplicationId ?? null},
        ${sent.getTime()}, ${visibleFrom.getTime()}, 0, 0)
      RETURNING sequence`;
    if (row === undefined) throw new Error('The new message got no sequence.');
    return integerOf(row, 'sequence');
  }

  find(queue: string, sequence: number): StoredMessage | undefined {
    const row = this.#database.sql
      .get`SELECT * FROM message WHERE queue = ${queue} AND sequence = ${sequence}`;
    return row === undefined ? undefined : messageOf(row);
  }

  /** The messages that are visible now, those first that have been so for longest. */
  visible(queue: string, now: Date, limit: number): readonly StoredMessage[] {
    return this.#database.sql.all`
      SELECT * FROM message WHERE queue = ${queue} AND is_held = 0 AND visible_from <= ${now.getTime()}
      ORDER BY visible_from, sequence LIMIT ${limit}`.map(messageOf);
  }

  /** The groups that have messages and none in flight, those first whose first message has waited for longest. */
  freeGroups(queue: string, now: Date): readonly string[] {
    return this.#database.sql.all`
      WITH RECURSIVE groups (id) AS (
        SELECT min(group_id) FROM message WHERE queue = ${queue}
        UNION ALL
        SELECT (SELECT min(group_id) FROM message WHERE queue = ${queue} AND group_id > groups.id)
        FROM groups WHERE groups.id IS NOT NULL
      )
      SELECT id FROM groups
      WHERE id IS NOT NULL AND NOT EXISTS (
        SELECT 1 FROM message INDEXED BY message_received
        WHERE queue = ${queue} AND group_id = groups.id AND receive_count > 0
          AND (is_held = 1 OR visible_from > ${now.getTime()}))
      ORDER BY (SELECT min(sequence) FROM message WHERE queue = ${queue} AND group_id = groups.id)`.map(
      (row) => textOf(row, 'id'),
    );
  }

  /** The first messages of a group, visible or not, in their order. */
  ofGroup(queue: string, group: string, limit: number): readonly StoredMessage[] {
    return this.#database.sql.all`
      SELECT * FROM message WHERE queue = ${queue} AND group_id = ${group}
      ORDER BY sequence LIMIT ${limit}`.map(messageOf);
  }

  /** All of a queue in their order. */
  ofQueue(queue: string): readonly StoredMessage[] {
    return this.#database.sql.all`SELECT * FROM message WHERE queue = ${queue} ORDER BY sequence`.map(
      messageOf,
    );
  }

  /** The messages that are visible after as many receives as they may have, or more. */
  spent(queue: string, receives: number, now: Date): readonly number[] {
    return this.#database.sql.all`
      SELECT sequence FROM message INDEXED BY message_received
      WHERE queue = ${queue} AND receive_count > 0 AND receive_count >= ${receives}
        AND is_held = 0 AND visible_from <= ${now.getTime()}
      ORDER BY sequence`.map((row) => integerOf(row, 'sequence'));
  }

  markReceived(sequence: number, { receipt, now, visibleFrom, isHeld }: Receive): void {
    this.#database.sql.run`
      UPDATE message SET receipt = ${receipt}, receive_count = receive_count + 1,
        first_received = coalesce(first_received, ${now.getTime()}),
        visible_from = ${visibleFrom.getTime()}, is_held = ${Number(isHeld)}
      WHERE sequence = ${sequence}`;
  }

  setVisibleFrom(sequence: number, visibleFrom: Date): void {
    this.#database.sql
      .run`UPDATE message SET visible_from = ${visibleFrom.getTime()} WHERE sequence = ${sequence}`;
  }

  letGo(sequence: number): void {
    this.#database.sql.run`UPDATE message SET is_held = 0 WHERE sequence = ${sequence}`;
  }

  /** Whoever had received a message before this program began is gone: it is visible at once. */
  letGoAll(now: Date): void {
    this.#database.sql.run`
      UPDATE message SET is_held = 0, visible_from = min(visible_from, ${now.getTime()}) WHERE receive_count > 0`;
  }

  moveToDeadLetters(
    sequence: number,
    move: { readonly queue: string; readonly sourceArn: string; readonly now: Date },
  ): void {
    this.#database.sql.run`
      UPDATE message SET queue = ${move.queue}, source = ${move.sourceArn}, visible_from = ${move.now.getTime()}
      WHERE sequence = ${sequence}`;
  }

  remove(sequence: number): void {
    this.#database.sql.run`DELETE FROM message WHERE sequence = ${sequence}`;
  }

  removeAll(queue: string): void {
    this.#database.sql.run`DELETE FROM message WHERE queue = ${queue}`;
  }

  removeOlder(queue: string, than: Date): void {
    this.#database.sql.run`DELETE FROM message WHERE queue = ${queue} AND sent < ${than.getTime()}`;
  }

  /** When the next message becomes visible by itself. */
  nextVisible(queue: string, after: Date): Date | undefined {
    const row = this.#database.sql.get`
      SELECT min(visible_from) AS next FROM message
      WHERE queue = ${queue} AND is_held = 0 AND visible_from > ${after.getTime()}`;
    return typeof row?.next === 'number' ? new Date(row.next) : undefined;
  }

  /** When the oldest message of the queue was sent, whatever its state; undefined where there is none. */
  oldestSent(queue: string): Date | undefined {
    const row = this.#database.sql.get`SELECT min(sent) AS oldest FROM message WHERE queue = ${queue}`;
    return typeof row?.oldest === 'number' ? new Date(row.oldest) : undefined;
  }

  counts(queue: string, now: Date): MessageCounts {
    const row = this.#database.sql.get`
      SELECT count(*) FILTER (WHERE is_held = 0 AND visible_from <= ${now.getTime()}) AS visible,
        count(*) FILTER (WHERE receive_count > 0 AND (is_held = 1 OR visible_from > ${now.getTime()})) AS in_flight,
        count(*) FILTER (WHERE receive_count = 0 AND visible_from > ${now.getTime()}) AS delayed
      FROM message WHERE queue = ${queue}`;
    if (row === undefined) throw new Error('A count has no row.');
    return {
      visible: integerOf(row, 'visible'),
      inFlight: integerOf(row, 'in_flight'),
      delayed: integerOf(row, 'delayed'),
    };
  }
}
