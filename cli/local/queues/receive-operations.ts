import { createHash } from 'node:crypto';
import { z } from 'zod';
import type { Operations } from '../endpoint/aws-json.ts';
import { systemAttributes } from './message-attributes.ts';
import type { ReceivedMessage } from './queue.ts';
import { type QueueService, queueAt } from './queue-service.ts';

const receiveSchema = z.strictObject({
  QueueUrl: z.string(),
  MaxNumberOfMessages: z.number().int().min(1).max(10).default(1),
  VisibilityTimeout: z.number().int().min(0).max(43_200).optional(),
  WaitTimeSeconds: z.number().int().min(0).max(20).optional(),
  MessageSystemAttributeNames: z.array(z.string()).default([]),
  // The older name of the one before.
  AttributeNames: z.array(z.string()).default([]),
  // No message here has any: sending them is not served.
  MessageAttributeNames: z.array(z.string()).optional(),
});

/** Ten messages of the largest size: a client gets as many as it asks for. */
const maxBytes = 10 * 1024 * 1024;

export function receiveOperations(service: QueueService): Operations {
  const { queues, now } = service;
  return {
    ReceiveMessage: async (input, { signal }) => {
      const asked = receiveSchema.parse(input);
      const queue = queueAt(service, asked.QueueUrl);
      const { definition } = queue;
      const waitSeconds = asked.WaitTimeSeconds ?? definition.receiveWaitSeconds;
      // A client's own visibility timeout is not scaled: it is the time that its work may take.
      const hiddenMs = (asked.VisibilityTimeout ?? definition.visibilityTimeoutSeconds) * 1000;
      const messages = await queue.receiveNext(
        { limit: asked.MaxNumberOfMessages, maxBytes, hiddenMs, isHeld: false, groups: 'any' },
        {
          until: new Date(now().getTime() + waitSeconds * 1000),
          // A client that is gone takes nothing with it.
          signal: AbortSignal.any([signal, queues.closing]),
        },
      );
      const names = [...asked.MessageSystemAttributeNames, ...asked.AttributeNames];
      return messages.length === 0 ? {} : { Messages: messages.map((message) => shape(message, names)) };
    },
  };
}

function shape(message: ReceivedMessage, names: readonly string[]): object {
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
