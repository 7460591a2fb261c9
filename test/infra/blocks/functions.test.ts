import { describe, expect, it } from 'vitest';
import {
  environmentSchema,
  monitorEnvironmentSchema,
  operationsEnvironmentSchema,
  pushEnvironmentSchema,
} from '../../../lambdas/contract/environment.ts';
import { operationsFunctions, pullSteps, pushFunctions } from '../../../lambdas/contract/names.ts';
import { stageTemplate } from '../stage.ts';
import { findLogicalId, findResources } from '../template-reading.ts';

const template = stageTemplate();
const functions = [...findResources(template, 'AWS::Lambda::Function').values()];

function findFunction(step: string) {
  return functions.find(({ Properties }) => Properties.FunctionName === `ftps-sync-test-${step}`)?.Properties;
}

/** The expected values of the contract's variables. */
const expectedValues: Readonly<Record<string, unknown>> = {
  FTPS_SYNC_TABLE: { Ref: findLogicalId(template, 'AWS::DynamoDB::GlobalTable', 'CoreLedger') },
  FTPS_SYNC_INBOX_BUCKET: { Ref: findLogicalId(template, 'AWS::S3::Bucket', 'CoreInbox') },
  FTPS_SYNC_OUTBOX_BUCKET: { Ref: findLogicalId(template, 'AWS::S3::Bucket', 'CorePushOutbox') },
  FTPS_SYNC_RUNS_BUCKET: { Ref: findLogicalId(template, 'AWS::S3::Bucket', 'CoreRuns') },
  FTPS_SYNC_PARTNERS_PATH: '/ftps-sync/test/partners/',
  FTPS_SYNC_STAGE: 'test',
  FTPS_SYNC_PUSH_DLQ_URL: {
    Ref: findLogicalId(template, 'AWS::SQS::Queue', 'CorePushDeliveriesDeadLetters'),
  },
  FTPS_SYNC_INGEST_DLQ_URL: {
    Ref: findLogicalId(template, 'AWS::SQS::Queue', 'CorePushIngestDeadLetters'),
  },
  FTPS_SYNC_SCHEDULE_DLQ_URL: { Ref: findLogicalId(template, 'AWS::SQS::Queue', 'CoreScheduleDlq') },
  FTPS_SYNC_RECONCILE_MACHINE: {
    Ref: findLogicalId(template, 'AWS::StepFunctions::StateMachine', 'CorePushReconcileWorkflow'),
  },
  FTPS_SYNC_PUSH_QUEUE_URL: { Ref: findLogicalId(template, 'AWS::SQS::Queue', 'CorePushDeliveriesQueue') },
};

it('creates one function for each name in the contract', () => {
  expect(functions.map(({ Properties }) => Properties.FunctionName).sort()).toEqual(
    [...pullSteps, ...pushFunctions, ...operationsFunctions].map((name) => `ftps-sync-test-${name}`).sort(),
  );
});

describe.each([
  ...pullSteps.map((name) => ({ name, variables: Object.keys(environmentSchema.shape) })),
  ...pushFunctions.map((name) => ({ name, variables: Object.keys(pushEnvironmentSchema.shape) })),
  { name: 'doctor', variables: Object.keys(operationsEnvironmentSchema.shape) },
  { name: 'monitor', variables: Object.keys(monitorEnvironmentSchema.shape) },
])('the function $name', ({ name, variables }) => {
  it('runs on Node 24 and arm64', () => {
    expect(findFunction(name)).toMatchObject({ Runtime: 'nodejs24.x', Architectures: ['arm64'] });
  });

  it('has every environment variable of the contract with its value', () => {
    expect(findFunction(name)?.Environment).toEqual({
      Variables: {
        ...Object.fromEntries(variables.map((variable) => [variable, expectedValues[variable]])),
        NODE_OPTIONS: '--enable-source-maps --max-semi-space-size=4',
      },
    });
  });

  it('writes to its own log group, which keeps entries for a month', () => {
    template.hasResourceProperties('AWS::Logs::LogGroup', {
      LogGroupName: `/aws/lambda/ftps-sync-test-${name}`,
      RetentionInDays: 30,
    });
    expect(findFunction(name)).toMatchObject({
      LoggingConfig: { LogGroup: { Ref: expect.stringMatching(/Log/) } },
    });
  });
});

it.each(['list-remote', 'transfer-batch', 'dispose-files', 'push-file', 'reconcile'])(
  'gives %s the maximum timeout',
  (step) => {
    expect(findFunction(step)).toMatchObject({ Timeout: 900 });
  },
);

it.each(['transfer-batch', 'push-file'])('gives %s, which moves bytes, more CPU than the others', (name) => {
  expect(findFunction(name)).toMatchObject({ MemorySize: 1024 });
});

it('gives route-object more than the last minute, in which it starts no message', () => {
  expect(findFunction('route-object')).toMatchObject({ Timeout: 120 });
});
