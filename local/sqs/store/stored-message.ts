import { readInteger, readText } from '../../sqlite/open-database.ts';
import type { Row } from '../../sqlite/statements.ts';

/** A message as it is sent. */
export interface NewMessage {
  readonly body: string;
  /** Undefined in a standard queue, like `deduplicationId`. */
  readonly group: string | undefined;
  readonly deduplicationId: string | undefined;
}

/** A message in a queue. */
export interface StoredMessage extends NewMessage {
  /** Increases with every message: the order of a FIFO queue. */
  readonly sequence: number;
  readonly id: string;
  readonly sent: Date;
  readonly visibleFrom: Date;
  readonly isHeld: boolean;
  readonly receiveCount: number;
  /** Undefined until the first receive, like `receipt`, which is that of the last receive. */
  readonly firstReceived: Date | undefined;
  readonly receipt: string | undefined;
  /** The ARN of the queue that a dead letter comes from; undefined for any other message. */
  readonly sourceArn: string | undefined;
}

export function toMessage(row: Row): StoredMessage {
  const firstReceived = row.first_received;
  return {
    sequence: readInteger(row, 'sequence'),
    id: readText(row, 'id'),
    body: readText(row, 'body'),
    group: readOptionalText(row, 'group_id'),
    deduplicationId: readOptionalText(row, 'deduplication_id'),
    sent: new Date(readInteger(row, 'sent')),
    visibleFrom: new Date(readInteger(row, 'visible_from')),
    isHeld: readInteger(row, 'is_held') === 1,
    receiveCount: readInteger(row, 'receive_count'),
    firstReceived: typeof firstReceived === 'number' ? new Date(firstReceived) : undefined,
    receipt: readOptionalText(row, 'receipt'),
    sourceArn: readOptionalText(row, 'source'),
  };
}

/** Whether the message was received and is not visible yet. */
export function isInFlight(message: StoredMessage, now: Date): boolean {
  return message.receiveCount > 0 && (message.isHeld || message.visibleFrom > now);
}

/** Twenty digits, so that the numbers sort correctly as strings. */
export function sequenceNumber(sequence: number): string {
  return String(sequence).padStart(20, '0');
}

function readOptionalText(row: Row, column: string): string | undefined {
  return row[column] === null ? undefined : readText(row, column);
}
