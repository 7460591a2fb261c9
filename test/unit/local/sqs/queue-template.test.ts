import { expect, test } from 'vitest';
import { parseTemplate } from '../../../../local/cloudformation/assembly.ts';
import { readResources } from '../../../../local/cloudformation/read-resources.ts';
import type { JsonValue } from '../../../../local/endpoint/json-value.ts';

type Properties = Readonly<Record<string, JsonValue>>;
type Changes = Readonly<Record<string, Properties>>;

const arnOf = (logicalId: string): JsonValue => ({ 'Fn::GetAtt': [logicalId, 'Arn'] });

const resources: Readonly<Record<string, { readonly Type: string; readonly Properties: Properties }>> = {
  Queue1234ABCD: {
    Type: 'AWS::SQS::Queue',
    Properties: {
      FifoQueue: true,
      VisibilityTimeout: 60,
      RedrivePolicy: { deadLetterTargetArn: arnOf('Dead'), maxReceiveCount: 5 },
    },
  },
  Dead: { Type: 'AWS::SQS::Queue', Properties: { FifoQueue: true } },
  Ingest: { Type: 'AWS::SQS::Queue', Properties: { VisibilityTimeout: 60 } },
  Step: {
    Type: 'AWS::Lambda::Function',
    Properties: {
      FunctionName: 'step',
      Handler: 'index.handler',
      Runtime: 'nodejs24.x',
      Timeout: 60,
      Code: { S3Bucket: 'assets', S3Key: 'abc.zip' },
      Environment: { Variables: { QUEUE: { Ref: 'Queue1234ABCD' } } },
    },
  },
  Mapping: {
    Type: 'AWS::Lambda::EventSourceMapping',
    Properties: {
      EventSourceArn: arnOf('Queue1234ABCD'),
      FunctionName: { Ref: 'Step' },
      FunctionResponseTypes: ['ReportBatchItemFailures'],
      ScalingConfig: { MaximumConcurrency: 7 },
    },
  },
  Rule: {
    Type: 'AWS::Events::Rule',
    Properties: { EventPattern: { source: ['aws.s3'] }, Targets: [{ Arn: arnOf('Ingest'), Id: 'Target0' }] },
  },
};

/** Reads the template with changed properties of some resources. */
function read(changes: Changes = {}, functionSeconds?: number) {
  const changed = Object.entries(resources).map(([logicalId, { Type, Properties }]) => [
    logicalId,
    { Type, Properties: { ...Properties, ...changes[logicalId] } },
  ]);
  const template = parseTemplate({ Resources: Object.fromEntries(changed) });
  const assetFolders = new Map([['abc.zip', '/code']]);
  return readResources(
    { stackName: 'FtpsSync-dev', template, assetFolders },
    { endpoint: 'http://127.0.0.1:4321', functionSeconds },
  );
}

const queueArn = 'arn:aws:sqs:us-east-1:000000000000:FtpsSync-dev-Queue1234ABCD.fifo';

test('The name of a FIFO queue ends in .fifo, and functions have its URL at the local endpoint', () => {
  const { queues, functions } = read();

  expect(queues.map(({ arn }) => arn)).toContain(queueArn);
  expect(functions[0]?.environment.QUEUE).toBe(
    'http://127.0.0.1:4321/000000000000/FtpsSync-dev-Queue1234ABCD.fifo',
  );
});

test('A mapping has a queue, a function and the defaults of Lambda', () => {
  expect(read().mappings).toEqual([
    {
      queueArn,
      functionArn: 'step',
      batchSize: 10,
      batchingWindowSeconds: 0,
      hasItemFailures: true,
      maxConcurrency: 7,
    },
  ]);
});

test('Disabled mappings and rules are left out', () => {
  const { mappings, rules } = read({ Mapping: { Enabled: false }, Rule: { State: 'DISABLED' } });

  expect({ mappings, rules }).toEqual({ mappings: [], rules: [] });
});

const refused: readonly { readonly title: string; readonly changes: Changes; readonly says: string }[] = [
  {
    title: 'an unknown property of a mapping',
    changes: { Mapping: { FilterCriteria: {} } },
    says: 'FilterCriteria',
  },
  { title: 'an unknown property of a queue', changes: { Ingest: { Policy: {} } }, says: 'Policy' },
  {
    title: 'a rule with a schedule',
    changes: { Rule: { ScheduleExpression: 'rate(1 hour)' } },
    says: 'ScheduleExpression',
  },
  { title: 'a rule of another bus', changes: { Rule: { EventBusName: 'mine' } }, says: 'EventBusName' },
  {
    title: 'a target that is transformed',
    changes: { Rule: { Targets: [{ Arn: arnOf('Ingest'), Id: 'a', InputPath: '$.detail' }] } },
    says: 'InputPath',
  },
  {
    title: 'a target that is not a queue',
    changes: { Rule: { Targets: [{ Arn: arnOf('Step'), Id: 'a' }] } },
    says: 'is not a standard queue of the stack',
  },
  {
    title: 'an unknown operator in a pattern',
    changes: { Rule: { EventPattern: { source: [{ wildcard: 'aws.*' }] } } },
    says: "the operator 'wildcard'",
  },
  {
    title: 'a visibility timeout shorter than the timeout of the function',
    changes: { Queue1234ABCD: { VisibilityTimeout: 59 } },
    says: "59 seconds, less than the function's timeout of 60",
  },
  {
    title: 'a batching window of a FIFO queue',
    changes: { Mapping: { MaximumBatchingWindowInSeconds: 1 } },
    says: 'no batching window',
  },
  {
    title: 'a standard dead-letter queue of a FIFO queue',
    changes: { Dead: { FifoQueue: false } },
    says: 'a FIFO queue needs a FIFO dead-letter queue',
  },
  {
    title: 'a dead-letter queue that does not allow it',
    changes: {
      Dead: { RedriveAllowPolicy: { redrivePermission: 'byQueue', sourceQueueArns: [arnOf('Ingest')] } },
    },
    says: 'RedriveAllowPolicy',
  },
];

test.each(refused)('A template with $title is refused', ({ changes, says }) => {
  expect(() => read(changes)).toThrow(says);
});

const lengths = [
  { title: 'no limit', functionSeconds: undefined, seconds: 60 },
  { title: 'a limit of 20 seconds', functionSeconds: 20, seconds: 20 },
  { title: 'a limit that is longer', functionSeconds: 900, seconds: 60 },
];

test.each(lengths)('With $title a function of 60 seconds has $seconds', ({ functionSeconds, seconds }) => {
  const { functions } = read({}, functionSeconds);

  expect(functions.map(({ timeoutSeconds }) => timeoutSeconds)).toEqual([seconds]);
});

test('A shorter function timeout does not hide a visibility timeout that is too short when deployed', () => {
  expect(() => read({ Queue1234ABCD: { VisibilityTimeout: 59 } }, 20)).toThrow('59 seconds, less than');
});
