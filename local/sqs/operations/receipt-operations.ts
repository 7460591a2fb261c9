import { z } from 'zod';
import type { Operations } from '../../endpoint/aws-json.ts';
import type { Queue } from '../queue.ts';
import { forEachEntry } from './batch.ts';
import { queueError } from './queue-error.ts';
import { findQueueByUrl, type QueueService } from './queue-service.ts';

const receiptShape = { ReceiptHandle: z.string() };
const visibilityShape = { ...receiptShape, VisibilityTimeout: z.number().int().min(0).max(43_200) };
const queueShape = { QueueUrl: z.string() };
const deleteSchema = z.strictObject({ ...queueShape, ...receiptShape });
const deleteBatchSchema = z.strictObject({
  ...queueShape,
  Entries: z.array(z.strictObject({ Id: z.string(), ...receiptShape })),
});
const visibilitySchema = z.strictObject({ ...queueShape, ...visibilityShape });
const visibilityBatchSchema = z.strictObject({
  ...queueShape,
  Entries: z.array(z.strictObject({ Id: z.string(), ...visibilityShape })),
});

/** The operations on a received message, by its receipt handle. */
export function receiptOperations(service: QueueService): Operations {
  const hide = (queue: Queue, receipt: string, seconds: number) =>
    changeVisibility(queue, receipt, seconds * 1000 * service.waitScale);
  return {
    DeleteMessage: (input) => {
      const { QueueUrl: url, ReceiptHandle: receipt } = deleteSchema.parse(input);
      return deleteMessage(findQueueByUrl(service, url), receipt);
    },
    DeleteMessageBatch: (input) => {
      const { QueueUrl: url, Entries: entries } = deleteBatchSchema.parse(input);
      const queue = findQueueByUrl(service, url);
      return forEachEntry(entries, ({ ReceiptHandle: receipt }) => deleteMessage(queue, receipt));
    },
    ChangeMessageVisibility: (input) => {
      const {
        QueueUrl: url,
        ReceiptHandle: receipt,
        VisibilityTimeout: seconds,
      } = visibilitySchema.parse(input);
      return hide(findQueueByUrl(service, url), receipt, seconds);
    },
    ChangeMessageVisibilityBatch: (input) => {
      const { QueueUrl: url, Entries: entries } = visibilityBatchSchema.parse(input);
      const queue = findQueueByUrl(service, url);
      return forEachEntry(entries, ({ ReceiptHandle: receipt, VisibilityTimeout: seconds }) =>
        hide(queue, receipt, seconds),
      );
    },
  };
}

/**
 * Deleting a deleted message is not an error. An outdated receipt handle deletes nothing: a standard queue
 * ignores it, a FIFO queue returns an error, and so it does after the visibility timeout.
 */
function deleteMessage(queue: Queue, receipt: string): object {
  const message = queue.find(parseSequence(receipt));
  if (message === undefined) return {};
  const isCurrent = message.receipt === receipt;
  if (queue.definition.fifo !== undefined && !(isCurrent && queue.isInFlight(message))) {
    throw queueError(
      'InvalidParameterValue',
      `Value ${receipt} for parameter ReceiptHandle is invalid. Reason: The receipt handle has expired.`,
    );
  }
  if (isCurrent) queue.remove(message.sequence);
  return {};
}

function changeVisibility(queue: Queue, receipt: string, hiddenMs: number): object {
  const message = queue.find(parseSequence(receipt));
  if (message === undefined || message.receipt !== receipt || !queue.isInFlight(message)) {
    throw queueError('MessageNotInflight', 'The specified message is not in flight.');
  }
  queue.hide(message.sequence, hiddenMs);
  return {};
}

/** @throws ServiceError when the string is not a receipt handle. */
function parseSequence(receipt: string): number {
  const sequence = /^(\d{1,15})\.[\w-]{24}$/.exec(receipt)?.[1];
  if (sequence !== undefined) return Number(sequence);
  throw queueError(
    'ReceiptHandleIsInvalid',
    `The input receipt handle "${receipt}" is not a valid receipt handle.`,
  );
}
