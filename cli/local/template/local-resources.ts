import { z } from 'zod';
import type { AlarmDefinition } from '../alarms/alarm-definition.ts';
import { alarmDefinition, alarmSchema } from '../alarms/alarm-properties.ts';
import { readEventPattern } from '../events/event-pattern.ts';
import type { RuleDefinition } from '../events/rule-definition.ts';
import type { FunctionDefinition } from '../functions/function-definition.ts';
import type { MappingDefinition } from '../mappings/mapping-definition.ts';
import type { QueueDefinition } from '../queues/queue-definition.ts';
import type { Machine } from '../states/execution.ts';
import { readDefinition } from '../states/read-definition.ts';
import { addressesOf } from './addresses.ts';
import type { StackAssembly } from './assembly.ts';
import { type References, resolveValue } from './resolve.ts';
import * as schemas from './resource-schemas.ts';
import { TemplateNotUnderstood } from './template-not-understood.ts';
import { checkWiring } from './wiring.ts';

export interface LocalTable {
  readonly name: string;
  readonly attributes: z.infer<typeof schemas.tableSchema>['AttributeDefinitions'];
  readonly keys: z.infer<typeof schemas.tableSchema>['KeySchema'];
  readonly indexes: z.infer<typeof schemas.tableSchema>['GlobalSecondaryIndexes'];
}

export interface LocalBucket {
  readonly name: string;
  readonly versioned: boolean;
  /** Whether new objects are told to the event bus. */
  readonly sendsEvents: boolean;
}

export interface LocalSchedule {
  readonly name: string;
  /** EventBridge Scheduler's six fields, without `cron(...)`. */
  readonly cron: string;
  readonly timeZone: string;
  /** A state machine or a function of the stack. */
  readonly targetArn: string;
  /** JSON text. */
  readonly input: string;
}

/** What a stack is made of on one machine. */
export interface LocalResources {
  readonly functions: readonly FunctionDefinition[];
  readonly buckets: readonly LocalBucket[];
  readonly tables: readonly LocalTable[];
  readonly machines: readonly Machine[];
  readonly parameters: ReadonlyMap<string, string>;
  /** Those that are enabled. */
  readonly schedules: readonly LocalSchedule[];
  readonly queues: readonly QueueDefinition[];
  readonly rules: readonly RuleDefinition[];
  readonly mappings: readonly MappingDefinition[];
  readonly alarms: readonly AlarmDefinition[];
  readonly outputs: Readonly<Record<string, string>>;
}

interface ReadingOptions {
  /** Where the stack answers: queues carry it in their URLs. */
  readonly endpoint: string;
  /** The longest that a function may take, where the template gives it longer. */
  readonly functionSeconds?: number | undefined;
}

/**
 * Reads a stack's template: every resource is provided, or of a type that is known to mean nothing locally.
 * @throws TemplateNotUnderstood or DefinitionRefused, naming what is not known.
 */
export function readResources(
  assembly: StackAssembly,
  { endpoint, functionSeconds = Number.POSITIVE_INFINITY }: ReadingOptions,
): LocalResources {
  const { template, stackName, assetFolders } = assembly;
  const references = addressesOf(template, { stackName, endpoint });
  checkTypes(assembly);
  const resourcesOf = <T>(types: readonly string[], schema: z.ZodType<T>) =>
    Object.entries(template.Resources)
      .filter(([, { Type }]) => types.includes(Type))
      .map(([logicalId, { Type, Properties }]) => {
        const parsed = schema.safeParse(resolveValue(Properties, references));
        if (parsed.success) return { ...addressOf(logicalId, references), properties: parsed.data };
        throw new TemplateNotUnderstood(`${Type} '${logicalId}': ${z.prettifyError(parsed.error)}`);
      });

  const resources: LocalResources = {
    functions: resourcesOf([provided.function], schemas.functionSchema).map(({ name, arn, properties }) => ({
      name,
      arn,
      codeFolder: codeFolder(properties.Code.S3Key, assetFolders),
      handler: properties.Handler,
      timeoutSeconds: properties.Timeout,
      memoryMegabytes: properties.MemorySize,
      environment: properties.Environment.Variables,
    })),
    buckets: resourcesOf([provided.bucket], schemas.bucketSchema).map(({ name, properties }) => ({
      name,
      versioned: properties.VersioningConfiguration?.Status === 'Enabled',
      sendsEvents: properties.NotificationConfiguration?.EventBridgeConfiguration.EventBridgeEnabled === true,
    })),
    tables: resourcesOf([provided.table, provided.globalTable], schemas.tableSchema).map(
      ({ name, properties }) => ({
        name,
        attributes: properties.AttributeDefinitions,
        keys: properties.KeySchema,
        indexes: properties.GlobalSecondaryIndexes,
      }),
    ),
    machines: resourcesOf([provided.machine], schemas.stateMachineSchema).map(
      ({ name, arn, properties }) => ({
        name,
        arn,
        definition: readDefinition(properties.DefinitionString),
      }),
    ),
    parameters: new Map(
      resourcesOf([provided.parameter], schemas.parameterSchema).map(({ name, properties }) => [
        name,
        properties.Value,
      ]),
    ),
    schedules: resourcesOf([provided.schedule], schemas.scheduleSchema)
      .filter(({ properties }) => properties.State === 'ENABLED')
      .map(({ name, properties }) => ({
        name,
        cron: cronOf(name, properties.ScheduleExpression),
        timeZone: properties.ScheduleExpressionTimezone,
        targetArn: properties.Target.Arn,
        input: properties.Target.Input,
      })),
    queues: resourcesOf([provided.queue], schemas.queueSchema).map(queueDefinition),
    rules: resourcesOf([provided.rule], schemas.ruleSchema)
      .filter(({ properties }) => properties.State === 'ENABLED')
      .map(({ name, properties }) => ({
        name,
        matches: readEventPattern(properties.EventPattern, `the event pattern of rule '${name}'`),
        targetArns: properties.Targets.map(({ Arn }) => Arn),
      })),
    mappings: resourcesOf([provided.mapping], schemas.mappingSchema)
      .filter(({ properties }) => properties.Enabled)
      .map(({ properties }) => ({
        queueArn: properties.EventSourceArn,
        functionArn: properties.FunctionName,
        batchSize: properties.BatchSize,
        batchingWindowSeconds: properties.MaximumBatchingWindowInSeconds,
        hasItemFailures: properties.FunctionResponseTypes.length > 0,
        maxConcurrency: properties.ScalingConfig.MaximumConcurrency,
      })),
    alarms: resourcesOf([provided.alarm], alarmSchema).map(alarmDefinition),
    outputs: Object.fromEntries(
      Object.entries(template.Outputs).map(([name, { Value }]) => [
        name,
        String(resolveValue(Value, references)),
      ]),
    ),
  };
  // As it would be deployed: shortening must not hide what the services would refuse.
  checkWiring(resources);
  return {
    ...resources,
    functions: resources.functions.map((each) => ({
      ...each,
      timeoutSeconds: Math.min(each.timeoutSeconds, functionSeconds),
    })),
  };
}

const provided = {
  function: 'AWS::Lambda::Function',
  bucket: 'AWS::S3::Bucket',
  table: 'AWS::DynamoDB::Table',
  globalTable: 'AWS::DynamoDB::GlobalTable',
  machine: 'AWS::StepFunctions::StateMachine',
  parameter: 'AWS::SSM::Parameter',
  schedule: 'AWS::Scheduler::Schedule',
  queue: 'AWS::SQS::Queue',
  rule: 'AWS::Events::Rule',
  mapping: 'AWS::Lambda::EventSourceMapping',
  alarm: 'AWS::CloudWatch::Alarm',
} as const;

function checkTypes({ template }: StackAssembly): void {
  const known: readonly string[] = [...Object.values(provided), ...schemas.typesWithoutLocalMeaning];
  for (const [logicalId, { Type, Condition }] of Object.entries(template.Resources)) {
    if (!known.includes(Type)) throw new TemplateNotUnderstood(`resource type ${Type} of '${logicalId}'`);
    if (Condition !== undefined) throw new TemplateNotUnderstood(`the condition of '${logicalId}'`);
  }
}

function addressOf(
  logicalId: string,
  references: References,
): { readonly name: string; readonly arn: string } {
  const arn = references.attribute(logicalId, 'Arn');
  const name = references.attribute(logicalId, 'Name');
  if (arn === undefined || name === undefined)
    throw new TemplateNotUnderstood(`the address of '${logicalId}'`);
  return { name, arn };
}

function queueDefinition({
  name,
  arn,
  properties,
}: {
  readonly name: string;
  readonly arn: string;
  readonly properties: z.infer<typeof schemas.queueSchema>;
}): QueueDefinition {
  return {
    name,
    arn,
    fifo: properties.FifoQueue
      ? {
          isContentDeduplicated: properties.ContentBasedDeduplication,
          deduplicationScope: properties.DeduplicationScope,
          throughputLimit: properties.FifoThroughputLimit,
        }
      : undefined,
    visibilityTimeoutSeconds: properties.VisibilityTimeout,
    delaySeconds: properties.DelaySeconds,
    retentionSeconds: properties.MessageRetentionPeriod,
    receiveWaitSeconds: properties.ReceiveMessageWaitTimeSeconds,
    maxMessageBytes: properties.MaximumMessageSize,
    redrive: properties.RedrivePolicy,
    redriveAllow: properties.RedriveAllowPolicy,
  };
}

function codeFolder(objectKey: string, assetFolders: ReadonlyMap<string, string>): string {
  const folder = assetFolders.get(objectKey);
  if (folder === undefined) throw new TemplateNotUnderstood(`no asset has the key '${objectKey}'`);
  return folder;
}

function cronOf(name: string, expression: string): string {
  const cron = /^cron\((.+)\)$/.exec(expression)?.[1];
  if (cron === undefined)
    throw new TemplateNotUnderstood(`schedule '${name}' is '${expression}', not a cron()`);
  return cron;
}
