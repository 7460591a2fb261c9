import { GetQueueAttributesCommand, type SQSClient } from '@aws-sdk/client-sqs';

const counts = [
  'ApproximateNumberOfMessages',
  'ApproximateNumberOfMessagesNotVisible',
  'ApproximateNumberOfMessagesDelayed',
] as const;

/** The number of messages in the queue, in flight and delayed ones included. SQS counts approximately. */
export async function queueLength(client: SQSClient, QueueUrl: string): Promise<number> {
  const query = new GetQueueAttributesCommand({ QueueUrl, AttributeNames: [...counts] });
  const { Attributes = {} } = await client.send(query);
  return counts.reduce((sum, name) => sum + Number(Attributes[name] ?? 0), 0);
}
