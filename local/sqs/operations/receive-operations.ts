import { createHash } from 'node:crypto';
import { z } from 'zod';
import type { Operations } from '../../endpoint/aws-json.ts';
import { systemAttributes } from '../message-attributes.ts';
import type { ReceivedMessage } from '../queue.ts';
import { findQueueByUrl, type QueueService } from './queue-service.ts';

const receiveSchema = z.strictObject({
  QueueUrl: z.string(),
  MaxNumberOfMessages: z.number().int().min(1).max(10).default(1),
  VisibilityTimeout: z.number().int().min(0).max(43_200).optional(),
  WaitTimeSeconds: z.number().int().min(0).max(20).optional(),
  MessageSystemAttributeNames: z.array(z.string()).default([]),
  // The older name of MessageSystemAttributeNames.
  AttributeNames: z.array(z.string()).default([]),
  // Messages have none, because the local stack does not accept them in a send.
  MessageAttributeNames: z.array(z.string()).optional(),
});

/** Ten messages of the maximum size, so that this never limits a receive. */
const maxBytes = 10 * 1024 * 1024;

export function receiveOperations(service: QueueService): Operations {
  const { queues, now } = service;
  return {
    ReceiveMessage: async (input, { signal }) => {
      const options = receiveSchema.parse(input);
      const queue = findQueueByUrl(service, options.QueueUrl);
      const { definition } = queue;
      const waitSeconds = options.WaitTimeSeconds ?? definition.receiveWaitSeconds;
      // Not scaled: the visibility timeout of a client is time for its work.
      const hiddenMs = (options.VisibilityTimeout ?? definition.visibilityTimeoutSeconds) * 1000;
      const messages = await queue.receiveNext(
        { limit: options.MaxNumberOfMessages, maxBytes, hiddenMs, isHeld: false, groups: 'any' },
        {
          until: new Date(now().getTime() + waitSeconds * 1000),
          // A client that disconnects receives no message.
          signal: AbortSignal.any([signal, queues.closing]),
        },
      );
      const names = [...options.MessageSystemAttributeNames, ...options.AttributeNames];
      return messages.length === 0 ? {} : { Messages: messages.map((message) => toShape(message, names)) };
    },
  };
}

function toShape(message: ReceivedMessage, names: readonly string[]): object {
  const attributes = Object.entries(systemAttributes(message)).filter(
    ([name]) => names.includes('All') || names.includes(name),
  );
  return {
    MessageId: message.id,
    ReceiptHandle: message.receipt,
    MD5OfBody: createHash('md5').update(message.body).digest('hex'),
    Body: message.body,
    ...(attributes.length === 0 ? {} : { Attributes: Object.fromEntries(attributes) }),
  };
}
