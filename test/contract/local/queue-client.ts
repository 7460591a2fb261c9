import {
  GetQueueAttributesCommand,
  type Message,
  PurgeQueueCommand,
  ReceiveMessageCommand,
  SendMessageBatchCommand,
  SendMessageCommand,
  type SendMessageCommandOutput,
  SQSClient,
} from '@aws-sdk/client-sqs';
import type { LocalStack } from '../../../cli/local/local-stack.ts';

/** What tests do with the queues of a stack; queues are named as in the fixture. */
export interface QueueClient {
  readonly client: SQSClient;
  url(queue: string): string;
  send(queue: string, body: string, others?: Ordering): Promise<SendMessageCommandOutput>;
  /** Sends bodies of one group in their order, ten at most. */
  sendOrdered(queue: string, group: string, bodies: readonly string[]): Promise<void>;
  /** Up to ten messages, with all their attributes. Waits as long as SQS lets a client wait, unless told otherwise. */
  receive(
    queue: string,
    others?: { WaitTimeSeconds?: number; VisibilityTimeout?: number; MaxNumberOfMessages?: number },
  ): Promise<Message[]>;
  /** Visible, in flight and delayed messages. */
  counts(queue: string): Promise<readonly [number, number, number]>;
  purge(queue: string): Promise<void>;
}

interface Ordering {
  readonly MessageGroupId?: string;
  readonly MessageDeduplicationId?: string;
  readonly DelaySeconds?: number;
}

export function queueClientOf(stack: LocalStack): QueueClient {
  const credentials = { accessKeyId: 'local', secretAccessKey: 'local' };
  const client = new SQSClient({
    endpoint: stack.endpoint,
    region: 'us-east-1',
    credentials,
    maxAttempts: 1,
  });
  const url = (queue: string) => stack.outputs[queue] ?? '';
  return {
    client,
    url,
    send: (queue, MessageBody, others = {}) =>
      client.send(new SendMessageCommand({ QueueUrl: url(queue), MessageBody, ...others })),
    sendOrdered: async (queue, group, bodies) => {
      const Entries = bodies.map((MessageBody, index) => ({
        Id: String(index),
        MessageBody,
        MessageGroupId: group,
        MessageDeduplicationId: crypto.randomUUID(),
      }));
      const { Failed = [] } = await client.send(
        new SendMessageBatchCommand({ QueueUrl: url(queue), Entries }),
      );
      if (Failed.length > 0) throw new Error(JSON.stringify(Failed));
    },
    receive: async (queue, others = {}) => {
      const { Messages = [] } = await client.send(
        new ReceiveMessageCommand({
          QueueUrl: url(queue),
          MaxNumberOfMessages: 10,
          WaitTimeSeconds: 20,
          MessageSystemAttributeNames: ['All'],
          ...others,
        }),
      );
      return Messages;
    },
    counts: async (queue) => {
      const { Attributes: attributes = {} } = await client.send(
        new GetQueueAttributesCommand({ QueueUrl: url(queue), AttributeNames: ['All'] }),
      );
      return [
        Number(attributes.ApproximateNumberOfMessages),
        Number(attributes.ApproximateNumberOfMessagesNotVisible),
        Number(attributes.ApproximateNumberOfMessagesDelayed),
      ];
    },
    purge: async (queue) => {
      await client.send(new PurgeQueueCommand({ QueueUrl: url(queue) }));
    },
  };
}
