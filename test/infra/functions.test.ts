import { describe, expect, it } from 'vitest';
import {
  environmentSchema,
  operationsEnvironmentSchema,
  pushEnvironmentSchema,
  watchEnvironmentSchema,
} from '../../lambdas/contract/environment.ts';
import { operationsFunctions, pullSteps, pushFunctions } from '../../lambdas/contract/names.ts';
import { stageTemplate } from './stage.ts';
import { idOf, resourcesOf } from './template-reading.ts';

const template = stageTemplate();
const functions = [...resourcesOf(template, 'AWS::Lambda::Function').values()];

function functionOf(step: string) {
  return functions.find(({ Properties }) => Properties.FunctionName === `ftps-sync-test-${step}`)?.Properties;
}

/** What the contract's variables have to name. */
const named: Readonly<Record<string, unknown>> = {
  FTPS_SYNC_TABLE: { Ref: idOf(template, 'AWS::DynamoDB::GlobalTable', 'CoreLedger') },
  FTPS_SYNC_INBOX_BUCKET: { Ref: idOf(template, 'AWS::S3::Bucket', 'CoreInbox') },
  FTPS_SYNC_OUTBOX_BUCKET: { Ref: idOf(template, 'AWS::S3::Bucket', 'CorePushOutbox') },
  FTPS_SYNC_RUNS_BUCKET: { Ref: idOf(template, 'AWS::S3::Bucket', 'CoreRuns') },
  FTPS_SYNC_PARTNERS_PATH: '/ftps-sync/test/partners/',
  FTPS_SYNC_STAGE: 'test',
  FTPS_SYNC_PUSH_DEAD_LETTERS_URL: {
    Ref: idOf(template, 'AWS::SQS::Queue', 'CorePushDeliveriesDeadLetters'),
  },
  FTPS_SYNC_INGEST_DEAD_LETTERS_URL: {
    Ref: idOf(template, 'AWS::SQS::Queue', 'CorePushIngestDeadLetters'),
  },
  FTPS_SYNC_MISSED_RUNS_URL: { Ref: idOf(template, 'AWS::SQS::Queue', 'CoreMissedRuns') },
  FTPS_SYNC_RECONCILE_MACHINE: {
    Ref: idOf(template, 'AWS::StepFunctions::StateMachine', 'CorePushReconcileWorkflow'),
  },
  FTPS_SYNC_PUSH_QUEUE_URL: { Ref: idOf(template, 'AWS::SQS::Queue', 'CorePushDeliveriesQueue') },
};

it('makes a function for every name in the contract, and no other', () => {
  expect(functions.map(({ Properties }) => Properties.FunctionName).sort()).toEqual(
    [...pullSteps, ...pushFunctions, ...operationsFunctions].map((name) => `ftps-sync-test-${name}`).sort(),
  );
});

describe.each([
  ...pullSteps.map((name) => ({ name, variables: Object.keys(environmentSchema.shape) })),
  ...pushFunctions.map((name) => ({ name, variables: Object.keys(pushEnvironmentSchema.shape) })),
  { name: 'doctor', variables: Object.keys(operationsEnvironmentSchema.shape) },
  { name: 'watch', variables: Object.keys(watchEnvironmentSchema.shape) },
])('the function $name', ({ name, variables }) => {
  it('runs on Node 24 and arm64', () => {
    expect(functionOf(name)).toMatchObject({ Runtime: 'nodejs24.x', Architectures: ['arm64'] });
  });

  it('gets every variable that the contract names, each naming the right thing', () => {
    expect(functionOf(name)?.Environment).toEqual({
      Variables: {
        ...Object.fromEntries(variables.map((variable) => [variable, named[variable]])),
        NODE_OPTIONS: '--enable-source-maps --max-semi-space-size=4',
      },
    });
  });

  it('writes to a log of its own that is kept for a month', () => {
    template.hasResourceProperties('AWS::Logs::LogGroup', {
      LogGroupName: `/aws/lambda/ftps-sync-test-${name}`,
      RetentionInDays: 30,
    });
    expect(functionOf(name)).toMatchObject({
      LoggingConfig: { LogGroup: { Ref: expect.stringMatching(/Log/) } },
    });
  });
});

it.each(['list-remote', 'transfer-batch', 'post-process', 'push-file', 'reconcile'])(
  'gives %s, which may have much to do, all the time there is',
  (step) => {
    expect(functionOf(step)).toMatchObject({ Timeout: 900 });
  },
);

it.each(['transfer-batch', 'push-file'])(
  'gives %s, which moves bytes, more processor than the others',
  (name) => {
    expect(functionOf(name)).toMatchObject({ MemorySize: 1024 });
  },
);

it('gives route-object more time than the last minute, in which it begins no message', () => {
  expect(functionOf('route-object')).toMatchObject({ Timeout: 120 });
});
