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
  BucketName: noLocalMeaning,
  BucketEncryption: noLocalMeaning,
  LifecycleConfiguration: noLocalMeaning,
  OwnershipControls: noLocalMeaning,
  PublicAccessBlockConfiguration: noLocalMeaning,
  LoggingConfiguration: noLocalMeaning,
  Tags: noLocalMeaning,
});

export const tableSchema = z.strictObject({
  AttributeDefinitions: z.array(
    z.strictObject({ AttributeName: z.string(), AttributeType: z.enum(['S', 'N', 'B']) }),
  ),
  KeySchema: z.array(z.strictObject({ AttributeName: z.string(), KeyType: z.enum(['HASH', 'RANGE']) })),
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

/** Resource types that mean nothing on one machine: permissions, logs, alarms, keys, and what carries only a name. */
export const typesWithoutLocalMeaning: readonly string[] = [
  'AWS::CDK::Metadata',
  'AWS::CloudWatch::Alarm',
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
  // Dead-letter queues alone, which nothing local sends to.
  'AWS::SQS::Queue',
];
