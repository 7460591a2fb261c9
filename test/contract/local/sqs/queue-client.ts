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
import type { LocalStack } from '../../../../local/local-stack.ts';

/** The queues of a stack by their names in the fixture. */
export interface QueueClient {
  readonly client: SQSClient;
  url(queue: string): string;
  send(queue: string, body: string, others?: Ordering): Promise<SendMessageCommandOutput>;
  /** Sends up to ten bodies to one group, in order. */
  sendOrdered(queue: string, group: string, bodies: readonly string[]): Promise<void>;
  /** Up to ten messages with all attributes. Waits 20 seconds by default, the maximum of SQS. */
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

export function createQueueClient(stack: LocalStack): QueueClient {
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
