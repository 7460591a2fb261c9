import { z } from 'zod';
import type { QueueDefinition } from '../../sqs/queue-definition.ts';
import { noLocalMeaning, resourceType, secondsSchema } from './resource-type.ts';

/** Defaults and limits as in AWS::SQS::Queue of the CloudFormation reference. */
const properties = z.strictObject({
  FifoQueue: z.boolean().default(false),
  ContentBasedDeduplication: z.boolean().default(false),
  DeduplicationScope: z.enum(['queue', 'messageGroup']).default('queue'),
  // Both values have the same local throughput.
  FifoThroughputLimit: z.enum(['perQueue', 'perMessageGroupId']).default('perQueue'),
  VisibilityTimeout: secondsSchema.max(43_200).default(30),
  DelaySeconds: secondsSchema.max(900).default(0),
  MessageRetentionPeriod: secondsSchema.min(60).max(1_209_600).default(345_600),
  ReceiveMessageWaitTimeSeconds: secondsSchema.max(20).default(0),
  MaximumMessageSize: z.number().int().min(1024).max(1_048_576).default(1_048_576),
  RedrivePolicy: z
    .strictObject({
      deadLetterTargetArn: z.string(),
      maxReceiveCount: z.coerce.number().int().min(1).max(1000),
    })
    .optional(),
  RedriveAllowPolicy: z
    .strictObject({
      redrivePermission: z.enum(['allowAll', 'denyAll', 'byQueue']),
      sourceQueueArns: z.array(z.string()).default([]),
    })
    .optional(),
  QueueName: noLocalMeaning,
  SqsManagedSseEnabled: noLocalMeaning,
  KmsMasterKeyId: noLocalMeaning,
  KmsDataKeyReusePeriodSeconds: noLocalMeaning,
  Tags: noLocalMeaning,
});

export const queueType = resourceType({
  types: ['AWS::SQS::Queue'],
  properties,
  define: ({ name, arn, properties: queue }): QueueDefinition => ({
    name,
    arn,
    fifo: queue.FifoQueue
      ? {
          isContentDeduplicated: queue.ContentBasedDeduplication,
          deduplicationScope: queue.DeduplicationScope,
          throughputLimit: queue.FifoThroughputLimit,
        }
      : undefined,
    visibilityTimeoutSeconds: queue.VisibilityTimeout,
    delaySeconds: queue.DelaySeconds,
    retentionSeconds: queue.MessageRetentionPeriod,
    receiveWaitSeconds: queue.ReceiveMessageWaitTimeSeconds,
    maxMessageBytes: queue.MaximumMessageSize,
    redrive: queue.RedrivePolicy,
    redriveAllow: queue.RedriveAllowPolicy,
  }),
});
