import { copyFileSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { openDataFolder } from '../../../cli/local/data-folder.ts';
import { type LocalStack, serveAssembly } from '../../../cli/local/local-stack.ts';
import { parseTemplate, type StackAssembly } from '../../../cli/local/template/assembly.ts';

const bundle = fileURLToPath(new URL('./fixture-function.mjs', import.meta.url));

/**
 * A small stack by hand: the function `step` with a timeout of 2 seconds, a machine that calls it with its input and
 * catches what it throws, one that calls it for each line of an object, a table, a versioned bucket, a parameter and a schedule.
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

interface FixtureOptions {
  readonly secretsFile?: string;
  readonly functionSeconds?: number;
  readonly onLog?: (name: string, text: string) => void;
}

/** Serves the fixture from the folder, which may hold what an earlier one left. */
export async function startFixture(folder: string, options: FixtureOptions = {}): Promise<LocalStack> {
  return serveAssembly(fixtureAssembly(join(folder, 'code')), {
    folder: openDataFolder(join(folder, 'state'), 'fixture'),
    secretsFile: options.secretsFile,
    functionSeconds: options.functionSeconds,
    onLog: options.onLog ?? (() => {}),
  });
}

/** What Fn::Sub puts in: `Step.Arn`, `Inbox`. */
function substituted(name: string): string {
  return `\${${name}}`;
}

const definition = {
  StartAt: 'Step',
  States: {
    Step: {
      Type: 'Task',
      Resource: substituted('Step.Arn'),
      ResultPath: '$.result',
      Catch: [{ ErrorEquals: ['States.ALL'], ResultPath: '$.error', Next: 'Caught' }],
      Next: 'Done',
    },
    Done: { Type: 'Succeed' },
    Caught: { Type: 'Fail', ErrorPath: '$.error.Error', CausePath: '$.error.Cause' },
  },
};

/** The Map's child calls the function with its item; a run of it fails at its last state until it is redriven. */
const shareDefinition = {
  StartAt: 'Share',
  States: {
    Share: {
      Type: 'Map',
      ItemReader: {
        Resource: `arn:${substituted('AWS::Partition')}:states:::s3:getObject`,
        ReaderConfig: { InputType: 'JSONL' },
        Parameters: { Bucket: substituted('Inbox'), 'Key.$': '$.itemsKey' },
      },
      ItemProcessor: {
        ProcessorConfig: { Mode: 'DISTRIBUTED', ExecutionType: 'STANDARD' },
        StartAt: 'Work',
        States: {
          Work: {
            Type: 'Task',
            Resource: substituted('Step.Arn'),
            Retry: [{ ErrorEquals: ['Runtime.ExitError'], MaxAttempts: 2 }],
            End: true,
          },
        },
      },
      MaxConcurrency: 2,
      ToleratedFailurePercentage: 100,
      ResultWriter: {
        Resource: `arn:${substituted('AWS::Partition')}:states:::s3:putObject`,
        Parameters: { Bucket: substituted('Inbox'), Prefix: 'results/share' },
      },
      Label: 'Share',
      ResultPath: '$.share',
      Next: 'Conclude',
    },
    Conclude: {
      Type: 'Task',
      Resource: substituted('Step.Arn'),
      Parameters: { do: 'conclude', 'redrives.$': '$$.Execution.RedriveCount' },
      ResultPath: '$.concluded',
      End: true,
    },
  },
};

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
        DefinitionString: { 'Fn::Sub': JSON.stringify(definition) },
      },
    },
    ShareMachine: {
      Type: 'AWS::StepFunctions::StateMachine',
      Properties: {
        StateMachineName: 'share',
        StateMachineType: 'STANDARD',
        DefinitionString: { 'Fn::Sub': JSON.stringify(shareDefinition) },
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
    ShareMachineArn: { Value: { Ref: 'ShareMachine' } },
  },
};
