import { localAccount, localRegion } from '../local-account.ts';
import { queueUrl } from '../queues/queue-address.ts';
import { isObject, type JsonValue } from '../states/json-path.ts';
import type { Template } from './assembly.ts';
import { type References, resolveValue } from './resolve.ts';

/** How a resource type is named and addressed: its name property, its longest name, and the resource part of its ARN. */
interface Naming {
  readonly property: string;
  readonly maxLength: number;
  readonly arn: (name: string) => string;
  /** Ref gives the name for most types, the ARN for some, and a queue's URL. */
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
    // Nothing gives a mapping a name: it has an id of its own.
    property: 'Id',
    maxLength: 64,
    arn: inRegion('lambda', 'event-source-mapping:'),
  },
  'AWS::SNS::Topic': { property: 'TopicName', maxLength: 256, arn: inRegion('sns', ''), ref: 'arn' },
};

/** Where resources are told apart: by the stack's name, and, in the URLs of queues, by the local endpoint. */
interface Place {
  readonly stackName: string;
  /** `http://127.0.0.1:PORT`. */
  readonly endpoint: string;
}

/** The names and ARNs that the template's resources have on the local stack: the same at every start, but for the port in URLs. */
export function addressesOf(template: Template, { stackName, endpoint }: Place): References {
  const references: References = {
    ref: (logicalId) => {
      const parameter = template.Parameters[logicalId]?.Default;
      if (typeof parameter === 'string') return parameter;
      const naming = namingOf(logicalId);
      const name = nameOf(logicalId);
      if (name === undefined || naming?.ref === undefined) return name;
      return naming.ref === 'arn' ? naming.arn(name) : queueUrl(endpoint, name);
    },
    attribute: (logicalId, attribute) => {
      const name = nameOf(logicalId);
      if (name === undefined) return undefined;
      if (attribute === 'Arn' || attribute === 'TopicArn') return namingOf(logicalId)?.arn(name);
      if (attribute === 'QueueUrl') return references.ref(logicalId);
      return attribute === namingOf(logicalId)?.property || attribute === 'Name' ? name : undefined;
    },
  };
  return references;

  function namingOf(logicalId: string): Naming | undefined {
    return namings[template.Resources[logicalId]?.Type ?? ''];
  }

  function nameOf(logicalId: string): string | undefined {
    const resource = template.Resources[logicalId];
    const naming = namingOf(logicalId);
    if (resource === undefined || naming === undefined) return undefined;
    const given = givenName(resource.Properties[naming.property], references);
    const suffix = resource.Properties.FifoQueue === true ? '.fifo' : '';
    const maxLength = naming.maxLength - suffix.length;
    return given ?? `${generatedName({ stackName, logicalId, type: resource.Type, maxLength })}${suffix}`;
  }
}

function givenName(property: JsonValue | undefined, references: References): string | undefined {
  const name = property === undefined ? undefined : resolveValue(property, references);
  return typeof name === 'string' && !isObject(name) ? name : undefined;
}

interface Unnamed {
  readonly stackName: string;
  readonly logicalId: string;
  readonly type: string;
  readonly maxLength: number;
}

/** CloudFormation adds random letters; here the logical id's own hash at its end keeps names apart, and the same for ever. */
function generatedName({ stackName, logicalId, type, maxLength }: Unnamed): string {
  const hash = logicalId.slice(-8);
  const name = `${`${stackName}-${logicalId.slice(0, -8)}`.slice(0, maxLength - hash.length)}${hash}`;
  return type === 'AWS::S3::Bucket' ? name.toLowerCase() : name;
}
