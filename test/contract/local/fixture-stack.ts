import { copyFileSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { openDataFolder } from '../../../cli/local/data-folder.ts';
import { type LocalStack, serveAssembly } from '../../../cli/local/local-stack.ts';
import { parseTemplate, type StackAssembly } from '../../../cli/local/template/assembly.ts';

const bundle = fileURLToPath(new URL('./fixture-function.mjs', import.meta.url));

/**
 * A small stack by hand: the function `step` with a timeout of 2 seconds, a machine that calls it with its input and
 * catches what it throws, a table, a versioned bucket, a parameter and a schedule.
 */
function fixtureAssembly(codeFolder: string): StackAssembly {
  mkdirSync(codeFolder, { recursive: true });
  copyFileSync(bundle, join(codeFolder, 'index.mjs'));
  return {
    stackName: 'FtpsSync-test',
    template: parseTemplate(fixtureTemplate),
    assetFolders: new Map([['fixture.zip', codeFolder]]),
  };
}

/** Serves the fixture from the folder, which may hold what an earlier one left. */
export async function startFixture(
  folder: string,
  options: { readonly secretsFile?: string; readonly onLog?: (name: string, text: string) => void } = {},
): Promise<LocalStack> {
  return serveAssembly(fixtureAssembly(join(folder, 'code')), {
    folder: openDataFolder(join(folder, 'state'), 'fixture'),
    secretsFile: options.secretsFile,
    onLog: options.onLog ?? (() => {}),
  });
}

const definition = {
  StartAt: 'Step',
  States: {
    Step: {
      Type: 'Task',
      Resource: 'STEP_ARN',
      ResultPath: '$.result',
      Catch: [{ ErrorEquals: ['States.ALL'], ResultPath: '$.error', Next: 'Caught' }],
      Next: 'Done',
    },
    Done: { Type: 'Succeed' },
    Caught: { Type: 'Fail', ErrorPath: '$.error.Error', CausePath: '$.error.Cause' },
  },
};
const [beforeArn = '', afterArn = ''] = JSON.stringify(definition).split('STEP_ARN');

const fixtureTemplate = {
  Resources: {
    Step: {
      Type: 'AWS::Lambda::Function',
      Properties: {
        FunctionName: 'step',
        Handler: 'index.handler',
        Runtime: 'nodejs24.x',
        Timeout: 2,
        MemorySize: 256,
        Code: { S3Bucket: 'assets', S3Key: 'fixture.zip' },
        Environment: { Variables: { FIXTURE_TABLE: { Ref: 'Ledger' } } },
      },
    },
    Machine: {
      Type: 'AWS::StepFunctions::StateMachine',
      Properties: {
        StateMachineName: 'fixture',
        StateMachineType: 'STANDARD',
        DefinitionString: { 'Fn::Join': ['', [beforeArn, { 'Fn::GetAtt': ['Step', 'Arn'] }, afterArn]] },
      },
    },
    Ledger: {
      Type: 'AWS::DynamoDB::GlobalTable',
      Properties: {
        KeySchema: [
          { AttributeName: 'pk', KeyType: 'HASH' },
          { AttributeName: 'sk', KeyType: 'RANGE' },
        ],
        AttributeDefinitions: [
          { AttributeName: 'pk', AttributeType: 'S' },
          { AttributeName: 'sk', AttributeType: 'S' },
        ],
      },
    },
    Inbox: { Type: 'AWS::S3::Bucket', Properties: { VersioningConfiguration: { Status: 'Enabled' } } },
    Partner: {
      Type: 'AWS::SSM::Parameter',
      Properties: { Name: '/fixture/partners/acme', Type: 'String', Value: '{"partner":"acme"}' },
    },
    Nightly: {
      Type: 'AWS::Scheduler::Schedule',
      Properties: {
        Name: 'nightly',
        ScheduleExpression: 'cron(15 2 * * ? *)',
        ScheduleExpressionTimezone: 'Europe/Rome',
        Target: { Arn: { Ref: 'Machine' }, Input: '{"do":"answer"}' },
      },
    },
  },
  Outputs: {
    TableName: { Value: { Ref: 'Ledger' } },
    InboxBucketName: { Value: { Ref: 'Inbox' } },
    PullMachineArn: { Value: { Ref: 'Machine' } },
  },
};
