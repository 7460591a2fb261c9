import {
  ChangeMessageVisibilityCommand,
  GetQueueAttributesCommand,
  SendMessageBatchCommand,
  SQSClient,
} from '@aws-sdk/client-sqs';

/** A queue and its client. */
export interface Queue {
  readonly url: string;
  readonly client: SQSClient;
}

/** The client takes region and endpoint from the environment. */
export function openQueue(url: string): Queue {
  return { url, client: new SQSClient({}) };
}

/** A message of a FIFO queue. SQS delivers the messages of one group in order. */
export interface OrderedMessage {
  readonly group: string;
  /** SQS drops a message whose id it has accepted within the last five minutes. */
  readonly deduplicationId: string;
  readonly body: unknown;
}

/** The limit of SendMessageBatch. */
const maxBatchSize = 10;

/** A message that SQS does not take, however often it is sent. */
export interface RejectedMessage {
  readonly message: OrderedMessage;
  readonly reason: string;
}

/**
 * Sends the messages in order.
 * @throws where SQS rejects one. Earlier ones are sent; sending all again is safe within five minutes.
 */
export async function sendInOrder(queue: Queue, messages: readonly OrderedMessage[]): Promise<void> {
  const rejected = await sendAcceptable(queue, messages);
  if (rejected.length === 0) return;
  const reasons = rejected.map(({ reason }) => reason).join('; ');
  throw new Error(`${queue.url} rejected ${rejected.length} messages: ${reasons}`);
}

/**
 * Sends the messages in order, except for those that SQS rejects for what they contain: each of them alone.
 * @returns the rejected messages.
 * @throws where SQS fails to take a message for another reason, as {@link sendInOrder} does.
 */
export async function sendAcceptable(
  queue: Queue,
  messages: readonly OrderedMessage[],
): Promise<readonly RejectedMessage[]> {
  const rejected: RejectedMessage[] = [];
  for (let start = 0; start < messages.length; start += maxBatchSize) {
    const batch = messages.slice(start, start + maxBatchSize);
    const Entries = batch.map((message, index) => ({
      Id: String(index),
      MessageBody: messageBody(message.body),
      MessageGroupId: message.group,
      MessageDeduplicationId: message.deduplicationId,
    }));
    const { Failed = [] } = await queue.client.send(
      new SendMessageBatchCommand({ QueueUrl: queue.url, Entries }),
    );
    for (const { Id, Code, Message = '', SenderFault } of Failed) {
      const message = batch[Number(Id)];
      const reason = `${Code}: ${Message}`;
      if (message === undefined || SenderFault !== true)
        throw new Error(`${queue.url} did not take a message: ${reason}`);
      rejected.push({ message, reason });
    }
  }
  return rejected;
}

/**
 * JSON without the two characters that a key may have and a message must not:
 * https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SendMessage.html
 */
function messageBody(body: unknown): string {
  return JSON.stringify(body).replace(/[\ufffe\uffff]/g, (character) =>
    character === '\ufffe' ? '\\ufffe' : '\\uffff',
  );
}

/** Sets in how many seconds SQS delivers a received message again, unless it is deleted. */
export async function changeVisibility(queue: Queue, receiptHandle: string, seconds: number): Promise<void> {
  await queue.client.send(
    new ChangeMessageVisibilityCommand({
      QueueUrl: queue.url,
      ReceiptHandle: receiptHandle,
      VisibilityTimeout: seconds,
    }),
  );
}

/** The number of visible messages, which SQS only approximates. */
export async function countMessages({ client, url }: Queue): Promise<number> {
  const { Attributes = {} } = await client.send(
    new GetQueueAttributesCommand({ QueueUrl: url, AttributeNames: ['ApproximateNumberOfMessages'] }),
  );
  return Number(Attributes.ApproximateNumberOfMessages ?? 0);
}
