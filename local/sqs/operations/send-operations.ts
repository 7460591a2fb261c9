import { createHash } from 'node:crypto';
import { z } from 'zod';
import type { Operations } from '../../endpoint/aws-json.ts';
import type { Queue } from '../queue.ts';
import { sequenceNumber } from '../store/stored-message.ts';
import { checkEntryIds, forEachEntry } from './batch.ts';
import { checkMessage } from './check-message.ts';
import { queueError } from './queue-error.ts';
import { findQueueByUrl, type QueueService } from './queue-service.ts';

const messageShape = {
  MessageBody: z.string(),
  DelaySeconds: z.number().int().min(0).max(900).optional(),
  MessageGroupId: z.string().optional(),
  MessageDeduplicationId: z.string().optional(),
};
const sendSchema = z.strictObject({ QueueUrl: z.string(), ...messageShape });
const sendBatchSchema = z.strictObject({
  QueueUrl: z.string(),
  Entries: z.array(z.strictObject({ Id: z.string(), ...messageShape })),
});

export function sendOperations(service: QueueService): Operations {
  return {
    SendMessage: (input) => {
      const { QueueUrl: url, ...message } = sendSchema.parse(input);
      return send(findQueueByUrl(service, url), message, service.waitScale);
    },
    SendMessageBatch: (input) => {
      const { QueueUrl: url, Entries: entries } = sendBatchSchema.parse(input);
      const queue = findQueueByUrl(service, url);
      checkEntryIds(entries.map(({ Id }) => Id));
      checkBatchSize(queue, entries);
      return forEachEntry(entries, (entry) => send(queue, entry, service.waitScale));
    },
  };
}

type Message = z.infer<z.ZodObject<typeof messageShape>>;

function send(queue: Queue, message: Message, waitScale: number): object {
  const { MessageBody: body, MessageGroupId: group, DelaySeconds: delaySeconds } = message;
  const offered = { body, group, deduplicationId: message.MessageDeduplicationId };
  const { definition } = queue;
  checkMessage(definition, { ...offered, delaySeconds });
  const delayMs = (delaySeconds ?? definition.delaySeconds) * 1000 * waitScale;
  const { messageId, sequence } = queue.send(offered, { delayMs });
  return {
    MessageId: messageId,
    MD5OfMessageBody: createHash('md5').update(body).digest('hex'),
    ...(definition.fifo === undefined ? {} : { SequenceNumber: sequenceNumber(sequence) }),
  };
}

function checkBatchSize({ definition }: Queue, entries: readonly Message[]): void {
  const sizeBytes = entries.reduce((sum, { MessageBody: body }) => sum + Buffer.byteLength(body), 0);
  if (sizeBytes <= definition.maxMessageBytes) return;
  throw queueError(
    'BatchRequestTooLong',
    `Batch requests cannot be longer than ${definition.maxMessageBytes} bytes. You have sent ${sizeBytes} bytes.`,
  );
}
