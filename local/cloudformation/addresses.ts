import { localAccount, localRegion } from '../account/local-account.ts';
import { isObject, type JsonValue } from '../endpoint/json-value.ts';
import { queueUrl } from '../sqs/queue-address.ts';
import type { Template } from './assembly.ts';
import { type References, resolveValue } from './resolve.ts';

/** How resources of a type are named and addressed. */
interface Naming {
  /** The property that sets the name. */
  readonly property: string;
  readonly maxLength: number;
  readonly arn: (name: string) => string;
  /** What Ref returns; the name where it is left out. */
  readonly ref?: 'arn' | 'queue-url';
}

const inRegion = (service: string, resource: string) => (name: string) =>
  `arn:aws:${service}:${localRegion}:${localAccount}:${resource}${name}`;

const table: Naming = { property: 'TableName', maxLength: 255, arn: inRegion('dynamodb', 'table/') };

const namings: Readonly<Record<string, Naming>> = {
  'AWS::Lambda::Function': { property: 'FunctionName', maxLength: 64, arn: inRegion('lambda', 'function:') },
  'AWS::S3::Bucket': { property: 'BucketName', maxLength: 63, arn: (name) => `arn:aws:s3:::${name}` },
  'AWS::DynamoDB::Table': table,
  'AWS::DynamoDB::GlobalTable': table,
  'AWS::StepFunctions::StateMachine': {
    property: 'StateMachineName',
    maxLength: 80,
    arn: inRegion('states', 'stateMachine:'),
    ref: 'arn',
  },
  'AWS::SSM::Parameter': { property: 'Name', maxLength: 2048, arn: inRegion('ssm', 'parameter') },
  'AWS::SQS::Queue': {
    property: 'QueueName',
    maxLength: 80,
    arn: inRegion('sqs', ''),
    ref: 'queue-url',
  },
  'AWS::IAM::Role': {
    property: 'RoleName',
    maxLength: 64,
    arn: (name) => `arn:aws:iam::${localAccount}:role/${name}`,
  },
  'AWS::CloudWatch::Alarm': { property: 'AlarmName', maxLength: 255, arn: inRegion('cloudwatch', 'alarm:') },
  'AWS::Logs::LogGroup': { property: 'LogGroupName', maxLength: 512, arn: inRegion('logs', 'log-group:') },
  'AWS::Scheduler::Schedule': { property: 'Name', maxLength: 64, arn: inRegion('scheduler', 'schedule/') },
  'AWS::Scheduler::ScheduleGroup': {
    property: 'Name',
    maxLength: 64,
    arn: inRegion('scheduler', 'schedule-group/'),
  },
  'AWS::Events::Rule': { property: 'Name', maxLength: 64, arn: inRegion('events', 'rule/') },
  'AWS::Lambda::EventSourceMapping': {
    // No property names a mapping: the service gives it an id.
    property: 'Id',
    maxLength: 64,
    arn: inRegion('lambda', 'event-source-mapping:'),
  },
  'AWS::SNS::Topic': { property: 'TopicName', maxLength: 256, arn: inRegion('sns', ''), ref: 'arn' },
};

interface StackPlace {
  readonly stackName: string;
  /** `http://127.0.0.1:PORT`. */
  readonly endpoint: string;
}

/**
 * What Ref and Fn::GetAtt return for the resources of the template. Names and ARNs are the same at every
 * start of the local stack; only the port in the URLs of queues changes.
 */
export function templateReferences(template: Template, { stackName, endpoint }: StackPlace): References {
  const references: References = {
    ref: (logicalId) => {
      const parameter = template.Parameters[logicalId]?.Default;
      if (typeof parameter === 'string') return parameter;
      const naming = findNaming(logicalId);
      const name = baseName(logicalId);
      if (name === undefined || naming?.ref === undefined) return name;
      return naming.ref === 'arn' ? naming.arn(name) : queueUrl(endpoint, name);
    },
    attribute: (logicalId, attribute) => {
      const name = baseName(logicalId);
      if (name === undefined) return undefined;
      if (attribute === 'Arn' || attribute === 'TopicArn') return findNaming(logicalId)?.arn(name);
      if (attribute === 'QueueUrl') return references.ref(logicalId);
      return attribute === findNaming(logicalId)?.property || attribute === 'Name' ? name : undefined;
    },
  };
  return references;

  function findNaming(logicalId: string): Naming | undefined {
    return namings[template.Resources[logicalId]?.Type ?? ''];
  }

  function baseName(logicalId: string): string | undefined {
    const resource = template.Resources[logicalId];
    const naming = findNaming(logicalId);
    if (resource === undefined || naming === undefined) return undefined;
    const given = readName(resource.Properties[naming.property], references);
    const suffix = resource.Properties.FifoQueue === true ? '.fifo' : '';
    const maxLength = naming.maxLength - suffix.length;
    return given ?? `${generateName({ stackName, logicalId, type: resource.Type, maxLength })}${suffix}`;
  }
}

function readName(property: JsonValue | undefined, references: References): string | undefined {
  const name = property === undefined ? undefined : resolveValue(property, references);
  return typeof name === 'string' && !isObject(name) ? name : undefined;
}

interface UnnamedResource {
  readonly stackName: string;
  readonly logicalId: string;
  readonly type: string;
  readonly maxLength: number;
}

/**
 * CloudFormation appends random letters. The local stack appends the hash at the end of the logical id, which
 * keeps names distinct and the same at every start.
 */
function generateName({ stackName, logicalId, type, maxLength }: UnnamedResource): string {
  const hash = logicalId.slice(-8);
  const name = `${`${stackName}-${logicalId.slice(0, -8)}`.slice(0, maxLength - hash.length)}${hash}`;
  return type === 'AWS::S3::Bucket' ? name.toLowerCase() : name;
}
