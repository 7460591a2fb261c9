import { AwsSolutionsChecks } from 'cdk-nag';
import { expect, it } from 'vitest';
import { stackName, stackOutputs } from '../../lambdas/contract/names.ts';
import { bothWays, partner, stageStack, stageTemplate } from './stage.ts';
import { idOf } from './template-reading.ts';

it('tells where everything is by the names that the contract gives', () => {
  const template = stageTemplate();

  expect(template.findOutputs('*')).toEqual({
    [stackOutputs.table]: { Value: { Ref: idOf(template, 'AWS::DynamoDB::GlobalTable', 'CoreLedger') } },
    [stackOutputs.inboxBucket]: { Value: { Ref: idOf(template, 'AWS::S3::Bucket', 'CoreInbox') } },
    [stackOutputs.outboxBucket]: { Value: { Ref: idOf(template, 'AWS::S3::Bucket', 'CorePushOutbox') } },
    [stackOutputs.runsBucket]: { Value: { Ref: idOf(template, 'AWS::S3::Bucket', 'CoreRuns') } },
    [stackOutputs.partnersPath]: { Value: '/ftps-sync/test/partners/' },
    [stackOutputs.pullMachine]: {
      Value: { Ref: idOf(template, 'AWS::StepFunctions::StateMachine', 'CorePullMachine') },
    },
    [stackOutputs.reconcileMachine]: {
      Value: { Ref: idOf(template, 'AWS::StepFunctions::StateMachine', 'CorePushReconcile') },
    },
    [stackOutputs.doctorMachine]: {
      Value: { Ref: idOf(template, 'AWS::StepFunctions::StateMachine', 'CoreDoctorMachine') },
    },
    [stackOutputs.pushQueue]: {
      Value: { Ref: idOf(template, 'AWS::SQS::Queue', 'CorePushDeliveriesQueue') },
    },
    [stackOutputs.pushDeadLetters]: {
      Value: { Ref: idOf(template, 'AWS::SQS::Queue', 'CorePushDeliveriesDeadLetters') },
    },
    [stackOutputs.ingestDeadLetters]: {
      Value: { Ref: idOf(template, 'AWS::SQS::Queue', 'CorePushIngestDeadLetters') },
    },
  });
});

it('keeps two stages apart by every name that they are given', () => {
  const named = (stage: string) =>
    [...JSON.stringify(stageTemplate({ stage }).toJSON()).matchAll(/"(?:\w*Name|Name)":"([^"]+)"/g)]
      .map(([, name]) => name)
      .filter((name) => name?.includes('ftps-sync'));

  const [one, two] = [named('one'), named('two')];

  expect(one).not.toEqual([]);
  expect(one.filter((name) => two.includes(name))).toEqual([]);
  expect(stageStack({ stage: 'one' }).stackName).toBe(stackName('one'));
});

it('is for any account and region', () => {
  expect(stageStack().environment).toBe('aws://unknown-account/unknown-region');
});

it('has no finding of cdk-nag that is not explained', () => {
  const { violations } = new AwsSolutionsChecks().validateScope(
    stageStack({ partners: [partner('acme', { flows: bothWays('acme') })] }),
  );

  expect(violations).toEqual([]);
});
