import { z } from 'zod';

/**
 * The properties of the resources that the local stack provides. Each object is strict: a property is used, or named here
 * as one that has no meaning on one machine, or it is an error.
 */
const noLocalMeaning = z.unknown().optional();

export const functionSchema = z.strictObject({
  Code: z.strictObject({ S3Bucket: z.string(), S3Key: z.string() }),
  Handler: z.string().regex(/^[\w-]+\.\w+$/),
  // The children run on the Node of this program, which is the same.
  Runtime: z.literal('nodejs24.x'),
  Timeout: z.number().int().positive().default(3),
  MemorySize: z.number().int().positive().default(128),
  Environment: z.strictObject({ Variables: z.record(z.string(), z.string()) }).default({ Variables: {} }),
  FunctionName: noLocalMeaning,
  Description: noLocalMeaning,
  Architectures: noLocalMeaning,
  Role: noLocalMeaning,
  LoggingConfig: noLocalMeaning,
  TracingConfig: noLocalMeaning,
  EphemeralStorage: noLocalMeaning,
  Tags: noLocalMeaning,
});

export const bucketSchema = z.strictObject({
  VersioningConfiguration: z.strictObject({ Status: z.enum(['Enabled', 'Suspended']) }).optional(),
  NotificationConfiguration: z
    .strictObject({
      EventBridgeConfiguration: z.strictObject({ EventBridgeEnabled: z.boolean().default(true) }),
    })
    .optional(),
  BucketName: noLocalMeaning,
  BucketEncryption: noLocalMeaning,
  LifecycleConfiguration: noLocalMeaning,
  OwnershipControls: noLocalMeaning,
  PublicAccessBlockConfiguration: noLocalMeaning,
  LoggingConfiguration: noLocalMeaning,
  Tags: noLocalMeaning,
});

const keySchema = z.array(z.strictObject({ AttributeName: z.string(), KeyType: z.enum(['HASH', 'RANGE']) }));

export const tableSchema = z.strictObject({
  AttributeDefinitions: z.array(
    z.strictObject({ AttributeName: z.string(), AttributeType: z.enum(['S', 'N', 'B']) }),
  ),
  KeySchema: keySchema,
  GlobalSecondaryIndexes: z
    .array(
      z.strictObject({
        IndexName: z.string(),
        KeySchema: keySchema,
        Projection: z.strictObject({
          ProjectionType: z.enum(['ALL', 'KEYS_ONLY', 'INCLUDE']),
          NonKeyAttributes: z.array(z.string()).optional(),
        }),
      }),
    )
    .default([]),
  TableName: noLocalMeaning,
  BillingMode: noLocalMeaning,
  Replicas: noLocalMeaning,
  SSESpecification: noLocalMeaning,
  // Items that have expired stay until they are read as expired: the service promises no more than "within days".
  TimeToLiveSpecification: noLocalMeaning,
  PointInTimeRecoverySpecification: noLocalMeaning,
  DeletionProtectionEnabled: noLocalMeaning,
  Tags: noLocalMeaning,
});

export const stateMachineSchema = z.strictObject({
  DefinitionString: z.string(),
  StateMachineType: z.literal('STANDARD'),
  StateMachineName: noLocalMeaning,
  RoleArn: noLocalMeaning,
  LoggingConfiguration: noLocalMeaning,
  TracingConfiguration: noLocalMeaning,
  Tags: noLocalMeaning,
});

export const parameterSchema = z.strictObject({
  Type: z.literal('String'),
  Value: z.string(),
  Name: noLocalMeaning,
  Description: noLocalMeaning,
  Tier: noLocalMeaning,
  Tags: noLocalMeaning,
});

export const scheduleSchema = z.strictObject({
  ScheduleExpression: z.string(),
  ScheduleExpressionTimezone: z.string().default('UTC'),
  State: z.enum(['ENABLED', 'DISABLED']).default('ENABLED'),
  Target: z.strictObject({
    Arn: z.string(),
    Input: z.string().default('{}'),
    // A local start happens or fails at once: there is nothing to try again.
    DeadLetterConfig: noLocalMeaning,
    RetryPolicy: noLocalMeaning,
    RoleArn: noLocalMeaning,
  }),
  Name: noLocalMeaning,
  GroupName: noLocalMeaning,
  Description: noLocalMeaning,
  // The window spreads the load of many starts; one machine starts at the window's beginning.
  FlexibleTimeWindow: noLocalMeaning,
});

const seconds = z.number().int().nonnegative();

/** Defaults and limits as in AWS::SQS::Queue of the CloudFormation reference. */
export const queueSchema = z.strictObject({
  FifoQueue: z.boolean().default(false),
  ContentBasedDeduplication: z.boolean().default(false),
  DeduplicationScope: z.enum(['queue', 'messageGroup']).default('queue'),
  // The local queue is as fast as it is, with either.
  FifoThroughputLimit: z.enum(['perQueue', 'perMessageGroupId']).default('perQueue'),
  VisibilityTimeout: seconds.max(43_200).default(30),
  DelaySeconds: seconds.max(900).default(0),
  MessageRetentionPeriod: seconds.min(60).max(1_209_600).default(345_600),
  ReceiveMessageWaitTimeSeconds: seconds.max(20).default(0),
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

export const ruleSchema = z.strictObject({
  EventPattern: z.json(),
  State: z.enum(['ENABLED', 'DISABLED']).default('ENABLED'),
  EventBusName: z.literal('default').optional(),
  Targets: z
    .array(
      z.strictObject({
        Arn: z.string(),
        Id: z.string(),
        // A queue of this stack takes the event at once: there is nothing to try again.
        DeadLetterConfig: noLocalMeaning,
        RetryPolicy: noLocalMeaning,
      }),
    )
    .default([]),
  Name: noLocalMeaning,
  Description: noLocalMeaning,
  Tags: noLocalMeaning,
});

export const mappingSchema = z.strictObject({
  EventSourceArn: z.string(),
  FunctionName: z.string(),
  Enabled: z.boolean().default(true),
  BatchSize: z.number().int().min(1).max(10_000).default(10),
  MaximumBatchingWindowInSeconds: seconds.max(300).default(0),
  FunctionResponseTypes: z.array(z.literal('ReportBatchItemFailures')).default([]),
  ScalingConfig: z
    .strictObject({ MaximumConcurrency: z.number().int().min(2).max(1000).optional() })
    .default({}),
  Tags: noLocalMeaning,
});

/** Resource types that mean nothing on one machine: permissions, logs, the dashboard, keys, and what carries only a name. */
export const typesWithoutLocalMeaning: readonly string[] = [
  'AWS::CDK::Metadata',
  'AWS::CloudWatch::Dashboard',
  'AWS::IAM::ManagedPolicy',
  'AWS::IAM::Policy',
  'AWS::IAM::Role',
  'AWS::KMS::Alias',
  'AWS::KMS::Key',
  'AWS::Lambda::Permission',
  'AWS::Logs::LogGroup',
  'AWS::S3::BucketPolicy',
  'AWS::SNS::Topic',
  'AWS::SNS::TopicPolicy',
  'AWS::SQS::QueuePolicy',
  'AWS::Scheduler::ScheduleGroup',
];
