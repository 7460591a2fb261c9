import { GetQueueAttributesCommand, type SQSClient } from '@aws-sdk/client-sqs';

const counts = [
  'ApproximateNumberOfMessages',
  'ApproximateNumberOfMessagesNotVisible',
  'ApproximateNumberOfMessagesDelayed',
] as const;

/** How many messages are in the queue, in flight ones and delayed ones too; about as many, says SQS. */
export async function queueLength(client: SQSClient, QueueUrl: string): Promise<number> {
  const wanted = new GetQueueAttributesCommand({ QueueUrl, AttributeNames: [...counts] });
  const { Attributes = {} } = await client.send(wanted);
  return counts.reduce((sum, name) => sum + Number(Attributes[name] ?? 0), 0);
}
