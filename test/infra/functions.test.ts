import { describe, expect, it } from 'vitest';
import { environmentSchema } from '../../lambdas/contract/environment.ts';
import { pullSteps } from '../../lambdas/contract/names.ts';
import { stageTemplate } from './stage.ts';
import { idOf, resourcesOf } from './template-reading.ts';

const template = stageTemplate();
const functions = [...resourcesOf(template, 'AWS::Lambda::Function').values()];

function functionOf(step: string) {
  return functions.find(({ Properties }) => Properties.FunctionName === `ftps-sync-test-${step}`)?.Properties;
}

it('makes a function for every step of the pull and no other', () => {
  expect(functions.map(({ Properties }) => Properties.FunctionName).sort()).toEqual(
    pullSteps.map((step) => `ftps-sync-test-${step}`).sort(),
  );
});

describe.each(pullSteps)('the function %s', (step) => {
  it('runs on Node 24 and arm64', () => {
    expect(functionOf(step)).toMatchObject({ Runtime: 'nodejs24.x', Architectures: ['arm64'] });
  });

  it('gets every variable that the contract names, each naming the right thing', () => {
    expect(functionOf(step)?.Environment).toEqual({
      Variables: {
        FTPS_SYNC_TABLE: { Ref: idOf(template, 'AWS::DynamoDB::GlobalTable', 'CoreLedger') },
        FTPS_SYNC_INBOX_BUCKET: { Ref: idOf(template, 'AWS::S3::Bucket', 'CoreInbox') },
        FTPS_SYNC_RUNS_BUCKET: { Ref: idOf(template, 'AWS::S3::Bucket', 'CoreRuns') },
        FTPS_SYNC_PARTNERS_PATH: '/ftps-sync/test/partners/',
        NODE_OPTIONS: '--enable-source-maps --max-semi-space-size=4',
      },
    });
    expect(functionOf(step)?.Environment).toMatchObject({
      Variables: Object.fromEntries(
        Object.keys(environmentSchema.shape).map((name) => [name, expect.anything()]),
      ),
    });
  });

  it('writes to a log of its own that is kept for a month', () => {
    template.hasResourceProperties('AWS::Logs::LogGroup', {
      LogGroupName: `/aws/lambda/ftps-sync-test-${step}`,
      RetentionInDays: 30,
    });
    expect(functionOf(step)).toMatchObject({
      LoggingConfig: { LogGroup: { Ref: expect.stringMatching(/Log/) } },
    });
  });
});

it.each(['list-remote', 'transfer-batch', 'post-process'])(
  'gives %s, which talks to a partner, all the time there is',
  (step) => {
    expect(functionOf(step)).toMatchObject({ Timeout: 900 });
  },
);

it('gives the step that moves bytes more processor than the others', () => {
  expect(functionOf('transfer-batch')).toMatchObject({ MemorySize: 1024 });
});
