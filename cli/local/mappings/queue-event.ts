import { createHash } from 'node:crypto';
import { localRegion } from '../local-account.ts';
import { systemAttributes } from '../queues/message-attributes.ts';
import type { ReceivedMessage } from '../queues/queue.ts';

/** The event with which Lambda calls a function for a batch (https://docs.aws.amazon.com/lambda/latest/dg/with-sqs.html). */
export function queueEvent(queueArn: string, messages: readonly ReceivedMessage[]): object {
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
