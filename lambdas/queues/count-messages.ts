import { GetQueueAttributesCommand } from '@aws-sdk/client-sqs';
import type { Queue } from './queue.ts';

/** How many messages wait in the queue, as SQS estimates it. */
export async function countMessages({ client, url }: Queue): Promise<number> {
  const { Attributes = {} } = await client.send(
    new GetQueueAttributesCommand({ QueueUrl: url, AttributeNames: ['ApproximateNumberOfMessages'] }),
  );
  return Number(Attributes.ApproximateNumberOfMessages ?? 0);
}
