import { localAccount } from '../account/local-account.ts';
import { type StoredMessage, sequenceNumber } from './store/stored-message.ts';

/**
 * The system attributes of a received message, as strings ("ReceiveMessage", MessageSystemAttributeNames).
 */
export function systemAttributes(message: StoredMessage): Readonly<Record<string, string>> {
  const { group, deduplicationId, firstReceived = message.sent, sourceArn } = message;
  return {
    SenderId: localAccount,
    SentTimestamp: String(message.sent.getTime()),
    ApproximateReceiveCount: String(message.receiveCount),
    ApproximateFirstReceiveTimestamp: String(firstReceived.getTime()),
    ...(sourceArn === undefined ? {} : { DeadLetterQueueSourceArn: sourceArn }),
    ...(group === undefined
      ? {}
      : {
          SequenceNumber: sequenceNumber(message.sequence),
          MessageGroupId: group,
          MessageDeduplicationId: deduplicationId ?? '',
        }),
  };
}
