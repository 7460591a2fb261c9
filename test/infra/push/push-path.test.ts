import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { pushFunctions } from '../../../lambdas/contract/names.ts';
import { stageTemplate } from '../stage.ts';
import { findLogicalId, findResources } from '../template-reading.ts';

const template = stageTemplate();
const queueIds = {
  ingest: findLogicalId(template, 'AWS::SQS::Queue', 'CorePushIngestQueue'),
  ingestDeadLetters: findLogicalId(template, 'AWS::SQS::Queue', 'CorePushIngestDeadLetters'),
  push: findLogicalId(template, 'AWS::SQS::Queue', 'CorePushDeliveriesQueue'),
  pushDeadLetters: findLogicalId(template, 'AWS::SQS::Queue', 'CorePushDeliveriesDeadLetters'),
} as const;
type QueueName = keyof typeof queueIds;

const queueArn = (queue: QueueName) => ({ 'Fn::GetAtt': [queueIds[queue], 'Arn'] });
const functionIds = Object.fromEntries(
  pushFunctions.map((name) => {
    const functions = [...findResources(template, 'AWS::Lambda::Function')];
    const [id] =
      functions.find(([, { Properties }]) => Properties.FunctionName === `ftps-sync-test-${name}`) ?? [];
    return [name, id];
  }),
);

function queue(name: QueueName): Readonly<Record<string, unknown>> {
  return findResources(template, 'AWS::SQS::Queue').get(queueIds[name])?.Properties ?? {};
}

function findMapping(name: QueueName): Readonly<Record<string, unknown>> | undefined {
  return [...findResources(template, 'AWS::Lambda::EventSourceMapping').values()]
    .map(({ Properties }) => Properties)
    .find(({ EventSourceArn }) => JSON.stringify(EventSourceArn) === JSON.stringify(queueArn(name)));
}

function timeoutSeconds(functionId: string | undefined): number {
  const { Timeout } =
    findResources(template, 'AWS::Lambda::Function').get(functionId ?? '')?.Properties ?? {};
  return z.number().parse(Timeout);
}

describe.each(['ingest', 'ingestDeadLetters', 'push', 'pushDeadLetters'] as const)('the queue %s', (name) => {
  it('keeps messages for two weeks, encrypted', () => {
    expect(queue(name)).toMatchObject({ MessageRetentionPeriod: 1_209_600, SqsManagedSseEnabled: true });
  });

  it('denies requests without TLS', () => {
    const policies = [...findResources(template, 'AWS::SQS::QueuePolicy').values()];
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
  it.each(['push', 'pushDeadLetters'] as const)('orders messages within each group: %s', (name) => {
    expect(queue(name)).toMatchObject({
      FifoQueue: true,
      QueueName: expect.stringMatching(/\.fifo$/),
      DeduplicationScope: 'messageGroup',
      FifoThroughputLimit: 'perMessageGroupId',
    });
  });

  it('deduplicates by the id of the sender, not by content', () => {
    expect(queue('push')).not.toHaveProperty('ContentBasedDeduplication');
  });
});

it('has a standard queue for the ingest', () => {
  expect(queue('ingest')).not.toHaveProperty('FifoQueue');
  expect(queue('ingestDeadLetters')).not.toHaveProperty('FifoQueue');
});

describe.each([
  ['ingest', 'ingestDeadLetters', 'route-object', 5],
  // A message behind a failed or slow delivery is received without an attempt, so push-file counts attempts
  // itself.
  ['push', 'pushDeadLetters', 'push-file', 1000],
] as const)('from the queue %s', (name, deadLetters, functionName, maxReceiveCount) => {
  it('a message that was received too often goes to the dead-letter queue', () => {
    expect(queue(name).RedrivePolicy).toEqual({
      deadLetterTargetArn: queueArn(deadLetters),
      maxReceiveCount,
    });
  });

  it('only this queue can use its dead-letter queue', () => {
    expect(JSON.stringify(queue(deadLetters).RedriveAllowPolicy)).toContain(`:${queue(name).QueueName}"`);
    expect(queue(deadLetters).RedriveAllowPolicy).toMatchObject({
      redrivePermission: 'byQueue',
      sourceQueueArns: [expect.anything()],
    });
  });

  it('messages of a lost invocation are received again after six timeouts', () => {
    expect(queue(name).VisibilityTimeout).toBe(6 * timeoutSeconds(functionIds[functionName]));
  });

  it('the function receives ten messages at once and reports failures by message', () => {
    expect(findMapping(name)).toMatchObject({
      FunctionName: { Ref: functionIds[functionName] },
      BatchSize: 10,
      FunctionResponseTypes: ['ReportBatchItemFailures'],
    });
    expect(findMapping(name)).not.toHaveProperty('MaximumBatchingWindowInSeconds');
  });
});

it('delivers again after 90 minutes when an invocation is lost', () => {
  expect(queue('push').VisibilityTimeout).toBe(5400);
});

it('routes with ten concurrent invocations, and delivers with one for each message group', () => {
  expect(findMapping('ingest')?.ScalingConfig).toEqual({ MaximumConcurrency: 10 });
  expect(findMapping('push')).not.toHaveProperty('ScalingConfig');
});

it('has no other event source mapping', () => {
  template.resourceCountIs('AWS::Lambda::EventSourceMapping', 2);
});

describe('the rule', () => {
  const [rule] = findResources(template, 'AWS::Events::Rule').values();

  it('is the only one, on the default bus, and enabled', () => {
    template.resourceCountIs('AWS::Events::Rule', 1);
    expect(rule?.Properties).toMatchObject({ Name: 'ftps-sync-test-outbox', State: 'ENABLED' });
    expect(rule?.Properties).not.toHaveProperty('EventBusName');
  });

  it('matches only new objects in the outbox', () => {
    expect(rule?.Properties.EventPattern).toEqual({
      source: ['aws.s3'],
      'detail-type': ['Object Created'],
      detail: { bucket: { name: [{ Ref: findLogicalId(template, 'AWS::S3::Bucket', 'CorePushOutbox') }] } },
    });
  });

  it('sends whole events to the ingest queue, and those it cannot send to the dead-letter queue', () => {
    expect(rule?.Properties.Targets).toEqual([
      { Id: 'Target0', Arn: queueArn('ingest'), DeadLetterConfig: { Arn: queueArn('ingestDeadLetters') } },
    ]);
  });

  it.each(['ingest', 'ingestDeadLetters'] as const)(
    'is the only sender that the policy of %s allows',
    (name) => {
      const ruleArn = {
        'Fn::GetAtt': [findLogicalId(template, 'AWS::Events::Rule', 'CorePushObjectCreated'), 'Arn'],
      };
      const policy = [...findResources(template, 'AWS::SQS::QueuePolicy').values()].find(({ Properties }) =>
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
    },
  );
});
