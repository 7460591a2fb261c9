import { ChangeMessageVisibilityCommand, SendMessageBatchCommand, SQSClient } from '@aws-sdk/client-sqs';

/** A queue, and the client that speaks to it. */
export interface Queue {
  readonly url: string;
  readonly client: SQSClient;
}

/** A client of the queue, with region and endpoint from the environment. */
export function openQueue(url: string): Queue {
  return { url, client: new SQSClient({}) };
}

/** A message of a FIFO queue. Messages of one group are handed out in order, one at a time. */
export interface OrderedMessage {
  readonly group: string;
  /** Two messages with the same one within five minutes are one message. */
  readonly deduplicationId: string;
  readonly body: unknown;
}

/** SQS takes ten messages a request. */
const batchSize = 10;

/** Sends them in order. @throws where any was not taken; those before it were, and sending all again is safe within five minutes. */
export async function sendInOrder(queue: Queue, messages: readonly OrderedMessage[]): Promise<void> {
  for (let start = 0; start < messages.length; start += batchSize) {
    const Entries = messages.slice(start, start + batchSize).map((message, index) => ({
      Id: String(index),
      MessageBody: JSON.stringify(message.body),
      MessageGroupId: message.group,
      MessageDeduplicationId: message.deduplicationId,
    }));
    const { Failed = [] } = await queue.client.send(
      new SendMessageBatchCommand({ QueueUrl: queue.url, Entries }),
    );
    if (Failed.length > 0) {
      const reasons = Failed.map(({ Code, Message }) => `${Code}: ${Message ?? ''}`).join('; ');
      throw new Error(`${Failed.length} messages were not taken by ${queue.url}: ${reasons}`);
    }
  }
}

/** Sets when a received message is handed out again. */
export async function handOutAgainIn(queue: Queue, receiptHandle: string, seconds: number): Promise<void> {
  await queue.client.send(
    new ChangeMessageVisibilityCommand({
      QueueUrl: queue.url,
      ReceiptHandle: receiptHandle,
      VisibilityTimeout: seconds,
    }),
  );
}
