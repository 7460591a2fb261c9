import type { Database } from '../../sqlite/open-database.ts';
import { readInteger, readText } from '../../sqlite/open-database.ts';
import { type NewMessage, type StoredMessage, toMessage } from './stored-message.ts';

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

/** The messages of a queue by state. */
export interface MessageCounts {
  /** Available, including those behind an in-flight message of their group, as Amazon SQS counts them. */
  readonly visible: number;
  readonly inFlight: number;
  /** Sent with a delay that has not passed. */
  readonly delayed: number;
}

/**
 * The messages of all queues. Callers combine several calls in a transaction. A statement names its index
 * where SQLite would otherwise read every message of a group.
 */
export class MessageStore {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  get transaction(): Database['transaction'] {
    return this.#database.transaction;
  }

  /** Returns the sequence of the new message. */
  add({ queue, id, message, sent, visibleFrom }: Placement): number {
    const row = this.#database.sql.get`
      INSERT INTO message
        (queue, id, body, group_id, deduplication_id, sent, visible_from, is_held, receive_count)
      VALUES (${queue}, ${id}, ${message.body}, ${message.group ?? null}, ${message.deduplicationId ?? null},
        ${sent.getTime()}, ${visibleFrom.getTime()}, 0, 0)
      RETURNING sequence`;
    if (row === undefined) throw new Error('The new message has no sequence.');
    return readInteger(row, 'sequence');
  }

  find(queue: string, sequence: number): StoredMessage | undefined {
    const row = this.#database.sql
      .get`SELECT * FROM message WHERE queue = ${queue} AND sequence = ${sequence}`;
    return row === undefined ? undefined : toMessage(row);
  }

  /** The messages that are visible now, those that became visible first first. */
  visible(queue: string, now: Date, limit: number): readonly StoredMessage[] {
    return this.#database.sql.all`
      SELECT * FROM message WHERE queue = ${queue} AND is_held = 0 AND visible_from <= ${now.getTime()}
      ORDER BY visible_from, sequence LIMIT ${limit}`.map(toMessage);
  }

  /** The groups with messages but none in flight, ordered by their oldest message. */
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
      (row) => readText(row, 'id'),
    );
  }

  /** The first messages of a group in order, visible or not. */
  listGroup(queue: string, group: string, limit: number): readonly StoredMessage[] {
    return this.#database.sql.all`
      SELECT * FROM message WHERE queue = ${queue} AND group_id = ${group}
      ORDER BY sequence LIMIT ${limit}`.map(toMessage);
  }

  /** All messages of a queue in order. */
  listQueue(queue: string): readonly StoredMessage[] {
    return this.#database.sql.all`SELECT * FROM message WHERE queue = ${queue} ORDER BY sequence`.map(
      toMessage,
    );
  }

  /** The sequences of the visible messages that have reached the receive count. */
  listExhausted(queue: string, receives: number, now: Date): readonly number[] {
    return this.#database.sql.all`
      SELECT sequence FROM message INDEXED BY message_received
      WHERE queue = ${queue} AND receive_count > 0 AND receive_count >= ${receives}
        AND is_held = 0 AND visible_from <= ${now.getTime()}
      ORDER BY sequence`.map((row) => readInteger(row, 'sequence'));
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

  release(sequence: number): void {
    this.#database.sql.run`UPDATE message SET is_held = 0 WHERE sequence = ${sequence}`;
  }

  /** Makes messages in flight visible: their receivers ended with the previous process. */
  releaseAll(now: Date): void {
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

  /** When the next message becomes visible; undefined when none is due. */
  nextVisible(queue: string, after: Date): Date | undefined {
    const row = this.#database.sql.get`
      SELECT min(visible_from) AS next FROM message
      WHERE queue = ${queue} AND is_held = 0 AND visible_from > ${after.getTime()}`;
    return typeof row?.next === 'number' ? new Date(row.next) : undefined;
  }

  /** When the oldest message of the queue was sent, in any state; undefined for an empty queue. */
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
    if (row === undefined) throw new Error('The count has no row.');
    return {
      visible: readInteger(row, 'visible'),
      inFlight: readInteger(row, 'in_flight'),
      delayed: readInteger(row, 'delayed'),
    };
  }
}
