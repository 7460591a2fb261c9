import { z } from 'zod';
import { UnsupportedTemplateError } from '../account/template-errors.ts';
import type { AlarmDefinition } from '../cloudwatch/alarm-definition.ts';
import type { TableDefinition } from '../dynamodb/table-definition.ts';
import type { MappingDefinition } from '../event-source-mappings/mapping-definition.ts';
import type { RuleDefinition } from '../eventbridge/rule-definition.ts';
import type { FunctionDefinition } from '../lambda/function-definition.ts';
import type { BucketDefinition } from '../s3/bucket-definition.ts';
import type { ScheduleDefinition } from '../scheduler/schedule-definition.ts';
import type { QueueDefinition } from '../sqs/queue-definition.ts';
import type { Machine } from '../step-functions/execution/execution.ts';
import { templateReferences } from './addresses.ts';
import type { StackAssembly } from './assembly.ts';
import { checkWiring } from './check-wiring.ts';
import { type References, resolveValue } from './resolve.ts';
import { alarmType } from './resources/alarm.ts';
import { bucketType } from './resources/bucket.ts';
import { eventSourceMappingType } from './resources/event-source-mapping.ts';
import { functionType } from './resources/function.ts';
import { parameterType } from './resources/parameter.ts';
import { queueType } from './resources/queue.ts';
import type { NamedResource, ResourceType } from './resources/resource-type.ts';
import { ruleType } from './resources/rule.ts';
import { scheduleType } from './resources/schedule.ts';
import { stateMachineType } from './resources/state-machine.ts';
import { tableType } from './resources/table.ts';
import { typesWithoutLocalMeaning } from './resources/types-without-local-meaning.ts';

/** What the local stack provides for a template. Disabled schedules, rules and mappings are left out. */
export interface LocalResources {
  readonly functions: readonly FunctionDefinition[];
  readonly buckets: readonly BucketDefinition[];
  readonly tables: readonly TableDefinition[];
  readonly machines: readonly Machine[];
  readonly parameters: ReadonlyMap<string, string>;
  readonly schedules: readonly ScheduleDefinition[];
  readonly queues: readonly QueueDefinition[];
  readonly rules: readonly RuleDefinition[];
  readonly mappings: readonly MappingDefinition[];
  readonly alarms: readonly AlarmDefinition[];
  readonly outputs: Readonly<Record<string, string>>;
}

interface ReadOptions {
  /** `http://127.0.0.1:PORT`, where the stack answers: the URLs of queues contain it. */
  readonly endpoint: string;
  /** Shortens the timeout of every function to this many seconds, where the template allows more. */
  readonly functionSeconds?: number | undefined;
}

/**
 * Reads the resources of a stack's template. Every resource is either provided, or of a type that has no
 * meaning on one machine.
 * @throws UnsupportedTemplateError or UnsupportedDefinitionError for what the local stack does not support.
 * @throws InvalidTemplateError for what AWS would refuse too.
 */
export function readResources(
  assembly: StackAssembly,
  { endpoint, functionSeconds = Number.POSITIVE_INFINITY }: ReadOptions,
): LocalResources {
  const { template, stackName } = assembly;
  const references = templateReferences(template, { stackName, endpoint });
  checkTypes(assembly);
  const read = <Properties, Definition>(type: ResourceType<Properties, Definition>) =>
    readType(type, assembly, references);
  const resources: LocalResources = {
    functions: read(functionType),
    buckets: read(bucketType),
    tables: read(tableType),
    machines: read(stateMachineType),
    parameters: new Map(read(parameterType)),
    schedules: read(scheduleType),
    queues: read(queueType),
    rules: read(ruleType),
    mappings: read(eventSourceMappingType),
    alarms: read(alarmType),
    outputs: readOutputs(assembly, references),
  };
  // Checked with the deployed timeouts: shorter ones must not hide what AWS would refuse.
  checkWiring(resources);
  return {
    ...resources,
    functions: resources.functions.map((each) => ({
      ...each,
      timeoutSeconds: Math.min(each.timeoutSeconds, functionSeconds),
    })),
  };
}

const supportedTypes: readonly string[] = [
  functionType,
  bucketType,
  tableType,
  stateMachineType,
  parameterType,
  scheduleType,
  queueType,
  ruleType,
  eventSourceMappingType,
  alarmType,
].flatMap(({ types }) => types);

function checkTypes({ template }: StackAssembly): void {
  const known = [...supportedTypes, ...typesWithoutLocalMeaning];
  for (const [logicalId, { Type, Condition }] of Object.entries(template.Resources)) {
    const where = `resource '${logicalId}'`;
    if (!known.includes(Type)) throw new UnsupportedTemplateError(where, `resource type ${Type}`);
    if (Condition !== undefined) throw new UnsupportedTemplateError(where, `Condition '${Condition}'`);
  }
}

function readType<Properties, Definition>(
  { types, properties: schema, define }: ResourceType<Properties, Definition>,
  assembly: StackAssembly,
  references: References,
): readonly Definition[] {
  return Object.entries(assembly.template.Resources)
    .filter(([, { Type }]) => types.includes(Type))
    .map(([logicalId, { Type, Properties }]): NamedResource<Properties> => {
      const parsed = schema.safeParse(resolveValue(Properties, references));
      if (parsed.success) return { ...readAddress(logicalId, references), properties: parsed.data };
      throw new UnsupportedTemplateError(`${Type} '${logicalId}'`, z.prettifyError(parsed.error));
    })
    .map((resource) => define(resource, assembly))
    .filter((definition) => definition !== undefined);
}

function readAddress(
  logicalId: string,
  references: References,
): { readonly name: string; readonly arn: string } {
  const arn = references.attribute(logicalId, 'Arn');
  const name = references.attribute(logicalId, 'Name');
  if (arn === undefined || name === undefined) {
    throw new UnsupportedTemplateError(`resource '${logicalId}'`, 'its name and ARN are not known');
  }
  return { name, arn };
}

function readOutputs({ template }: StackAssembly, references: References): Readonly<Record<string, string>> {
  return Object.fromEntries(
    Object.entries(template.Outputs).map(([name, { Value }]) => [
      name,
      String(resolveValue(Value, references)),
    ]),
  );
}
