import { z } from 'zod';
import type { Operations } from '../../endpoint/aws-json.ts';
import type { Queue } from '../queue.ts';
import { queueUrl } from '../queue-address.ts';
import { queueError } from './queue-error.ts';
import { findQueueByUrl, type QueueService } from './queue-service.ts';

const urlSchema = z.strictObject({ QueueName: z.string(), QueueOwnerAWSAccountId: z.string().optional() });
const listSchema = z.strictObject({
  QueueNamePrefix: z.string().default(''),
  MaxResults: z.number().int().min(1).max(1000).default(1000),
  NextToken: z.string().regex(/^\d+$/).default('0'),
});
const purgeSchema = z.strictObject({ QueueUrl: z.string() });
const attributesSchema = z.strictObject({
  QueueUrl: z.string(),
  AttributeNames: z.array(z.string()).default([]),
});

/** The operations on a whole queue. */
export function queueOperations(service: QueueService): Operations {
  const { queues, endpoint } = service;
  return {
    GetQueueUrl: (input) => {
      const { QueueName: name } = urlSchema.parse(input);
      if (queues.byName(name) === undefined) {
        throw queueError('QueueDoesNotExist', `The specified queue does not exist: ${name}`);
      }
      return { QueueUrl: queueUrl(endpoint, name) };
    },
    ListQueues: (input) => {
      const { QueueNamePrefix: prefix, MaxResults: size, NextToken: token } = listSchema.parse(input);
      const names = queues
        .all()
        .flatMap(({ definition: { name } }) => (name.startsWith(prefix) ? [name] : []));
      const to = Number(token) + size;
      return {
        QueueUrls: names.slice(Number(token), to).map((name) => queueUrl(endpoint, name)),
        NextToken: to < names.length ? String(to) : undefined,
      };
    },
    PurgeQueue: (input) => {
      findQueueByUrl(service, purgeSchema.parse(input).QueueUrl).purge();
      return {};
    },
    GetQueueAttributes: (input) => {
      const { QueueUrl: url, AttributeNames: names } = attributesSchema.parse(input);
      const attributes = readAttributes(findQueueByUrl(service, url));
      const unknown = names.find((name) => name !== 'All' && !attributeNames.includes(name));
      if (unknown !== undefined) throw queueError('InvalidAttributeName', `Unknown Attribute ${unknown}.`);
      const asked = Object.entries(attributes).filter(
        ([name]) => names.includes('All') || names.includes(name),
      );
      return { Attributes: Object.fromEntries(asked) };
    },
  };
}

const attributeNames = [
  'ApproximateNumberOfMessages',
  'ApproximateNumberOfMessagesDelayed',
  'ApproximateNumberOfMessagesNotVisible',
  'ContentBasedDeduplication',
  'DeduplicationScope',
  'DelaySeconds',
  'FifoQueue',
  'FifoThroughputLimit',
  'MaximumMessageSize',
  'MessageRetentionPeriod',
  'QueueArn',
  'ReceiveMessageWaitTimeSeconds',
  'RedriveAllowPolicy',
  'RedrivePolicy',
  'VisibilityTimeout',
];

/** All attributes of a queue, as strings. */
function readAttributes(queue: Queue): Readonly<Record<string, string>> {
  const { definition } = queue;
  const { fifo, redrive, redriveAllow } = definition;
  const { visible, inFlight, delayed } = queue.counts();
  return {
    QueueArn: definition.arn,
    ApproximateNumberOfMessages: String(visible),
    ApproximateNumberOfMessagesNotVisible: String(inFlight),
    ApproximateNumberOfMessagesDelayed: String(delayed),
    VisibilityTimeout: String(definition.visibilityTimeoutSeconds),
    DelaySeconds: String(definition.delaySeconds),
    MessageRetentionPeriod: String(definition.retentionSeconds),
    ReceiveMessageWaitTimeSeconds: String(definition.receiveWaitSeconds),
    MaximumMessageSize: String(definition.maxMessageBytes),
    ...(redrive === undefined ? {} : { RedrivePolicy: JSON.stringify(redrive) }),
    ...(redriveAllow === undefined ? {} : { RedriveAllowPolicy: JSON.stringify(redriveAllow) }),
    ...(fifo === undefined
      ? {}
      : {
          FifoQueue: 'true',
          ContentBasedDeduplication: String(fifo.isContentDeduplicated),
          DeduplicationScope: fifo.deduplicationScope,
          FifoThroughputLimit: fifo.throughputLimit,
        }),
  };
}
