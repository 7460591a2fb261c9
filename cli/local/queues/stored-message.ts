import { integerOf, textOf } from '../database/open-database.ts';
import type { Row } from '../database/statements.ts';

/** What a sender says of a message. */
export interface NewMessage {
  readonly body: string;
  /** Undefined in a standard queue, as is the next. */
  readonly group: string | undefined;
  readonly deduplicationId: string | undefined;
}

/** A message in its queue. */
export interface StoredMessage extends NewMessage {
  /** Grows with every message: the order of a FIFO queue. */
  readonly sequence: number;
  readonly id: string;
  readonly sent: Date;
  readonly visibleFrom: Date;
  readonly isHeld: boolean;
  readonly receiveCount: number;
  /** Undefined until it has been received; and from then on, the receipt of the last receive. */
  readonly firstReceived: Date | undefined;
  readonly receipt: string | undefined;
  /** The ARN of the queue that gave it up; undefined where this is the queue that it was sent to. */
  readonly sourceArn: string | undefined;
}

export function messageOf(row: Row): StoredMessage {
  const firstReceived = row.first_received;
  return {
    sequence: integerOf(row, 'sequence'),
    id: textOf(row, 'id'),
    body: textOf(row, 'body'),
    group: optionalTextOf(row, 'group_id'),
    deduplicationId: optionalTextOf(row, 'deduplication_id'),
    sent: new Date(integerOf(row, 'sent')),
    visibleFrom: new Date(integerOf(row, 'visible_from')),
    isHeld: integerOf(row, 'is_held') === 1,
    receiveCount: integerOf(row, 'receive_count'),
    firstReceived: typeof firstReceived === 'number' ? new Date(firstReceived) : undefined,
    receipt: optionalTextOf(row, 'receipt'),
    sourceArn: optionalTextOf(row, 'source'),
  };
}

/** Whether it has been received and may not be received again yet. */
export function isInFlight(message: StoredMessage, now: Date): boolean {
  return message.receiveCount > 0 && (message.isHeld || message.visibleFrom > now);
}

/** Twenty digits, so that the numbers compare as texts too. */
export function sequenceNumber(sequence: number): string {
  return String(sequence).padStart(20, '0');
}

function optionalTextOf(row: Row, column: string): string | undefined {
  return row[column] === null ? undefined : textOf(row, column);
}
