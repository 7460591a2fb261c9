import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { pushFunctions } from '../../lambdas/contract/names.ts';
import { stageTemplate } from './stage.ts';
import { idOf, resourcesOf } from './template-reading.ts';

const template = stageTemplate();
const queueIds = {
  ingest: idOf(template, 'AWS::SQS::Queue', 'CorePushIngestQueue'),
  ingestDeadLetters: idOf(template, 'AWS::SQS::Queue', 'CorePushIngestDeadLetters'),
  push: idOf(template, 'AWS::SQS::Queue', 'CorePushDeliveriesQueue'),
  pushDeadLetters: idOf(template, 'AWS::SQS::Queue', 'CorePushDeliveriesDeadLetters'),
} as const;
type QueueName = keyof typeof queueIds;

const arnOf = (queue: QueueName) => ({ 'Fn::GetAtt': [queueIds[queue], 'Arn'] });
const functionIds = Object.fromEntries(
  pushFunctions.map((name) => {
    const functions = [...resourcesOf(template, 'AWS::Lambda::Function')];
    const [id] =
      functions.find(([, { Properties }]) => Properties.FunctionName === `ftps-sync-test-${name}`) ?? [];
    return [name, id];
  }),
);

function queue(name: QueueName): Readonly<Record<string, unknown>> {
  return resourcesOf(template, 'AWS::SQS::Queue').get(queueIds[name])?.Properties ?? {};
}

function mappingOf(name: QueueName): Readonly<Record<string, unknown>> | undefined {
  return [...resourcesOf(template, 'AWS::Lambda::EventSourceMapping').values()]
    .map(({ Properties }) => Properties)
    .find(({ EventSourceArn }) => JSON.stringify(EventSourceArn) === JSON.stringify(arnOf(name)));
}

function timeoutOf(functionId: string | undefined): number {
  const { Timeout } = resourcesOf(template, 'AWS::Lambda::Function').get(functionId ?? '')?.Properties ?? {};
  return z.number().parse(Timeout);
}

describe.each(['ingest', 'ingestDeadLetters', 'push', 'pushDeadLetters'] as const)('the queue %s', (name) => {
  it('keeps messages for two weeks, encrypted', () => {
    expect(queue(name)).toMatchObject({ MessageRetentionPeriod: 1_209_600, SqsManagedSseEnabled: true });
  });

  it('refuses everybody without TLS', () => {
    const policies = [...resourcesOf(template, 'AWS::SQS::QueuePolicy').values()];
    const own = policies.find(({ Properties }) => JSON.stringify(Properties.Queues).includes(queueIds[name]));

    expect(own?.Properties.PolicyDocument).toMatchObject({
      Statement: expect.arrayContaining([
        expect.objectContaining({
          Effect: 'Deny',
          Action: 'sqs:*',
          Principal: { AWS: '*' },
          Condition: { Bool: { 'aws:SecureTransport': 'false' } },
        }),
      ]),
    });
  });
});

describe('the push queue', () => {
  it.each(['push', 'pushDeadLetters'] as const)('keeps order in each group by itself: %s', (name) => {
    expect(queue(name)).toMatchObject({
      FifoQueue: true,
      QueueName: expect.stringMatching(/\.fifo$/),
      DeduplicationScope: 'messageGroup',
      FifoThroughputLimit: 'perMessageGroupId',
    });
  });

  it('tells messages apart by the id that the sender gives, not by their content', () => {
    expect(queue('push')).not.toHaveProperty('ContentBasedDeduplication');
  });
});

it('keeps no order in the ingest queue', () => {
  expect(queue('ingest')).not.toHaveProperty('FifoQueue');
  expect(queue('ingestDeadLetters')).not.toHaveProperty('FifoQueue');
});

describe.each([
  ['ingest', 'ingestDeadLetters', 'route-object', 5],
  // Behind a delivery that fails or takes long a message is received and not tried: push-file counts its tries itself.
  ['push', 'pushDeadLetters', 'push-file', 1000],
] as const)('from the queue %s', (name, deadLetters, functionName, maxReceiveCount) => {
  it('a message that was received too often goes to its dead letters', () => {
    expect(queue(name).RedrivePolicy).toEqual({
      deadLetterTargetArn: arnOf(deadLetters),
      maxReceiveCount,
    });
  });

  it('and from no other queue', () => {
    expect(JSON.stringify(queue(deadLetters).RedriveAllowPolicy)).toContain(`:${queue(name).QueueName}"`);
    expect(queue(deadLetters).RedriveAllowPolicy).toMatchObject({
      redrivePermission: 'byQueue',
      sourceQueueArns: [expect.anything()],
    });
  });

  it('a lost function holds its messages for six of its timeouts', () => {
    expect(queue(name).VisibilityTimeout).toBe(6 * timeoutOf(functionIds[functionName]));
  });

  it('its function takes ten messages at once, and says of each whether it failed', () => {
    expect(mappingOf(name)).toMatchObject({
      FunctionName: { Ref: functionIds[functionName] },
      BatchSize: 10,
      FunctionResponseTypes: ['ReportBatchItemFailures'],
    });
    expect(mappingOf(name)).not.toHaveProperty('MaximumBatchingWindowInSeconds');
  });
});

it('holds a delivery of a lost function for 90 minutes', () => {
  expect(queue('push').VisibilityTimeout).toBe(5400);
});

it('routes with ten functions at once, and delivers with one for each group', () => {
  expect(mappingOf('ingest')?.ScalingConfig).toEqual({ MaximumConcurrency: 10 });
  expect(mappingOf('push')).not.toHaveProperty('ScalingConfig');
});

it('has no other mapping', () => {
  template.resourceCountIs('AWS::Lambda::EventSourceMapping', 2);
});

describe('the rule', () => {
  const [rule] = resourcesOf(template, 'AWS::Events::Rule').values();

  it('is one for the stage, on the default bus, and on', () => {
    template.resourceCountIs('AWS::Events::Rule', 1);
    expect(rule?.Properties).toMatchObject({ Name: 'ftps-sync-test-outbox', State: 'ENABLED' });
    expect(rule?.Properties).not.toHaveProperty('EventBusName');
  });

  it('matches what is created in the outbox, and nothing else', () => {
    expect(rule?.Properties.EventPattern).toEqual({
      source: ['aws.s3'],
      'detail-type': ['Object Created'],
      detail: { bucket: { name: [{ Ref: idOf(template, 'AWS::S3::Bucket', 'CorePushOutbox') }] } },
    });
  });

  it('sends whole events to the ingest queue, and what it cannot send to the dead letters', () => {
    expect(rule?.Properties.Targets).toEqual([
      { Id: 'Target0', Arn: arnOf('ingest'), DeadLetterConfig: { Arn: arnOf('ingestDeadLetters') } },
    ]);
  });

  it.each(['ingest', 'ingestDeadLetters'] as const)('alone may send to the queue %s', (name) => {
    const ruleArn = { 'Fn::GetAtt': [idOf(template, 'AWS::Events::Rule', 'CorePushObjectCreated'), 'Arn'] };
    const policy = [...resourcesOf(template, 'AWS::SQS::QueuePolicy').values()].find(({ Properties }) =>
      JSON.stringify(Properties.Queues).includes(queueIds[name]),
    );
    const { Statement } = z
      .object({ Statement: z.array(z.looseObject({ Effect: z.string() })) })
      .parse(policy?.Properties.PolicyDocument);

    const allowed = Statement.filter(({ Effect }) => Effect === 'Allow');

    expect(allowed).toEqual([
      expect.objectContaining({
        Principal: { Service: 'events.amazonaws.com' },
        Condition: { ArnEquals: { 'aws:SourceArn': ruleArn } },
      }),
    ]);
  });
});
