// biome-ignore-all lint/suspicious/noTemplateCurlyInString: they are placeholders of CloudFormation.
import { expect, test } from 'vitest';
import { templateReferences } from '../../../../local/cloudformation/addresses.ts';
import { parseTemplate, type StackAssembly } from '../../../../local/cloudformation/assembly.ts';
import { readResources } from '../../../../local/cloudformation/read-resources.ts';
import { resolveValue } from '../../../../local/cloudformation/resolve.ts';
import type { JsonValue } from '../../../../local/endpoint/json-value.ts';

type Resource = { readonly Type: string; readonly Properties?: Readonly<Record<string, JsonValue>> };

const endpoint = 'http://127.0.0.1:4321';

function assemblyOf(resources: Readonly<Record<string, Resource>>): StackAssembly {
  const template = parseTemplate({ Resources: resources });
  return { stackName: 'FtpsSync-dev', template, assetFolders: new Map([['abc.zip', '/code']]) };
}

const bucket = { Type: 'AWS::S3::Bucket' };
const machine = { Type: 'AWS::StepFunctions::StateMachine', Properties: { StateMachineName: 'pull' } };
const { template } = assemblyOf({ InboxE1DBCC81: bucket, Machine: machine });
const references = templateReferences(template, { stackName: 'FtpsSync-dev', endpoint });

const values: readonly { readonly title: string; readonly value: JsonValue; readonly resolved: unknown }[] = [
  {
    title: 'a Ref to a bucket is its name',
    value: { Ref: 'InboxE1DBCC81' },
    resolved: 'ftpssync-dev-inboxe1dbcc81',
  },
  {
    title: 'a Ref to a state machine is its ARN',
    value: { Ref: 'Machine' },
    resolved: 'arn:aws:states:us-east-1:000000000000:stateMachine:pull',
  },
  { title: 'Fn::GetAtt', value: { 'Fn::GetAtt': ['Machine', 'Name'] }, resolved: 'pull' },
  { title: 'Fn::Join', value: { 'Fn::Join': ['-', ['a', { Ref: 'AWS::Region' }]] }, resolved: 'a-us-east-1' },
  {
    title: 'Fn::Sub with pseudo parameters, attributes and literals',
    value: { 'Fn::Sub': '${AWS::AccountId}/${Machine.Name}/${!Literal}' },
    resolved: '000000000000/pull/${Literal}',
  },
  {
    title: 'Fn::Select of Fn::Split',
    value: { 'Fn::Select': [1, { 'Fn::Split': ['/', 'a/b/c'] }] },
    resolved: 'b',
  },
  {
    title: 'AWS::NoValue removes its property',
    value: { a: 1, b: { Ref: 'AWS::NoValue' } },
    resolved: { a: 1 },
  },
  { title: 'a plain object is unchanged', value: { a: [1, { b: null }] }, resolved: { a: [1, { b: null }] } },
];

test.each(values)('$title', ({ value, resolved }) => {
  expect(resolveValue(value, references)).toEqual(resolved);
});

const unknown: readonly { readonly title: string; readonly value: JsonValue; readonly says: string }[] = [
  { title: 'intrinsic function', value: { 'Fn::ImportValue': 'x' }, says: "function 'Fn::ImportValue'" },
  { title: 'resource', value: { Ref: 'Nowhere' }, says: "Ref to 'Nowhere'" },
  {
    title: 'attribute',
    value: { 'Fn::GetAtt': ['InboxE1DBCC81', 'DomainName'] },
    says: "attribute 'DomainName' of 'InboxE1DBCC81'",
  },
];

test.each(unknown)('An unknown $title is an error that names it', ({ value, says }) => {
  expect(() => resolveValue(value, references)).toThrow(says);
});

test('An unsupported resource type is an error that names it and the resource', () => {
  const assembly = assemblyOf({ Feed: { Type: 'AWS::Kinesis::Stream' } });

  expect(() => readResources(assembly, { endpoint })).toThrow(
    "resource 'Feed': resource type AWS::Kinesis::Stream",
  );
});

test('An unsupported property is an error that names it', () => {
  const assembly = assemblyOf({
    Inbox: { ...bucket, Properties: { NotificationConfiguration: { QueueConfigurations: [] } } },
  });

  expect(() => readResources(assembly, { endpoint })).toThrow(
    /AWS::S3::Bucket 'Inbox'.*QueueConfigurations/s,
  );
});

test('Resource types without a local meaning are ignored', () => {
  const assembly = assemblyOf({
    Role: { Type: 'AWS::IAM::Role' },
    Dashboard: { Type: 'AWS::CloudWatch::Dashboard' },
  });

  const resources = readResources(assembly, { endpoint });

  expect(resources).toMatchObject({ functions: [], buckets: [], tables: [], machines: [] });
});

test('A function has its environment, timeout and code from the template', () => {
  const assembly = assemblyOf({
    InboxE1DBCC81: bucket,
    Step: {
      Type: 'AWS::Lambda::Function',
      Properties: {
        FunctionName: 'step',
        Handler: 'index.handler',
        Runtime: 'nodejs24.x',
        Timeout: 60,
        MemorySize: 512,
        Code: { S3Bucket: { 'Fn::Sub': 'assets-${AWS::AccountId}' }, S3Key: 'abc.zip' },
        Environment: { Variables: { INBOX: { Ref: 'InboxE1DBCC81' } } },
      },
    },
  });

  const resources = readResources(assembly, { endpoint });

  expect(resources.functions).toEqual([
    {
      name: 'step',
      arn: 'arn:aws:lambda:us-east-1:000000000000:function:step',
      codeFolder: '/code',
      handler: 'index.handler',
      timeoutSeconds: 60,
      memoryMegabytes: 512,
      environment: { INBOX: 'ftpssync-dev-inboxe1dbcc81' },
    },
  ]);
});

test('A disabled schedule does not fire', () => {
  const schedule = {
    Type: 'AWS::Scheduler::Schedule',
    Properties: { ScheduleExpression: 'cron(0 2 * * ? *)', State: 'DISABLED', Target: { Arn: 'arn' } },
  };

  const resources = readResources(assemblyOf({ Night: schedule }), { endpoint });

  expect(resources.schedules).toEqual([]);
});
