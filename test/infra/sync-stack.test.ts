import { AwsSolutionsChecks } from 'cdk-nag';
import { expect, it } from 'vitest';
import { stackName, stackOutputs } from '../../lambdas/contract/names.ts';
import { bothWays, partner, stageStack, stageTemplate } from './stage.ts';
import { findLogicalId } from './template-reading.ts';

it('has the outputs of the contract', () => {
  const template = stageTemplate();

  expect(template.findOutputs('*')).toEqual({
    [stackOutputs.table]: {
      Value: { Ref: findLogicalId(template, 'AWS::DynamoDB::GlobalTable', 'CoreLedger') },
    },
    [stackOutputs.inboxBucket]: { Value: { Ref: findLogicalId(template, 'AWS::S3::Bucket', 'CoreInbox') } },
    [stackOutputs.outboxBucket]: {
      Value: { Ref: findLogicalId(template, 'AWS::S3::Bucket', 'CorePushOutbox') },
    },
    [stackOutputs.runsBucket]: { Value: { Ref: findLogicalId(template, 'AWS::S3::Bucket', 'CoreRuns') } },
    [stackOutputs.partnersPath]: { Value: '/ftps-sync/test/partners/' },
    [stackOutputs.pullMachine]: {
      Value: { Ref: findLogicalId(template, 'AWS::StepFunctions::StateMachine', 'CorePullMachine') },
    },
    [stackOutputs.reconcileMachine]: {
      Value: { Ref: findLogicalId(template, 'AWS::StepFunctions::StateMachine', 'CorePushReconcile') },
    },
    [stackOutputs.doctorMachine]: {
      Value: { Ref: findLogicalId(template, 'AWS::StepFunctions::StateMachine', 'CoreDoctorMachine') },
    },
    [stackOutputs.pushQueue]: {
      Value: { Ref: findLogicalId(template, 'AWS::SQS::Queue', 'CorePushDeliveriesQueue') },
    },
    [stackOutputs.pushDeadLetters]: {
      Value: { Ref: findLogicalId(template, 'AWS::SQS::Queue', 'CorePushDeliveriesDeadLetters') },
    },
    [stackOutputs.ingestDeadLetters]: {
      Value: { Ref: findLogicalId(template, 'AWS::SQS::Queue', 'CorePushIngestDeadLetters') },
    },
  });
});

it('gives two stages different names throughout', () => {
  const named = (stage: string) =>
    [...JSON.stringify(stageTemplate({ stage }).toJSON()).matchAll(/"(?:\w*Name|Name)":"([^"]+)"/g)]
      .map(([, name]) => name)
      .filter((name) => name?.includes('ftps-sync'));

  const [one, two] = [named('one'), named('two')];

  expect(one).not.toEqual([]);
  expect(one.filter((name) => two.includes(name))).toEqual([]);
  expect(stageStack({ stage: 'one' }).stackName).toBe(stackName('one'));
});

it('is environment-agnostic', () => {
  expect(stageStack().environment).toBe('aws://unknown-account/unknown-region');
});

it('has no unacknowledged cdk-nag finding', () => {
  const { violations } = new AwsSolutionsChecks().validateScope(
    stageStack({ partners: [partner('acme', { flows: bothWays('acme') })] }),
  );

  expect(violations).toEqual([]);
});
