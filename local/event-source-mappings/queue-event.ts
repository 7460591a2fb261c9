import { createHash } from 'node:crypto';
import { localRegion } from '../account/local-account.ts';
import { systemAttributes } from '../sqs/message-attributes.ts';
import type { ReceivedMessage } from '../sqs/queue.ts';

/**
 * The event of a batch that Lambda passes to a function
 * (https://docs.aws.amazon.com/lambda/latest/dg/with-sqs.html).
 */
export function toQueueEvent(queueArn: string, messages: readonly ReceivedMessage[]): object {
  return {
    Records: messages.map((message) => ({
      messageId: message.id,
      receiptHandle: message.receipt,
      body: message.body,
      attributes: systemAttributes(message),
      messageAttributes: {},
      md5OfBody: createHash('md5').update(message.body).digest('hex'),
      eventSource: 'aws:sqs',
      eventSourceARN: queueArn,
      awsRegion: localRegion,
    })),
  };
}
