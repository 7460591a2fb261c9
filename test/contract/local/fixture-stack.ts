import { copyFileSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseTemplate, type StackAssembly } from '../../../local/cloudformation/assembly.ts';
import { openDataFolder } from '../../../local/data-folder.ts';
import { type LocalStack, type LocalStackOptions, serveAssembly } from '../../../local/local-stack.ts';

const bundle = fileURLToPath(new URL('./fixture-function.mjs', import.meta.url));

/**
 * A small handwritten stack: the functions `step` and `other`, a machine that calls `step` with its input and
 * catches its errors, a machine that calls it for each line of an object and retries while it is throttled, a
 * table, a versioned bucket, a parameter and a schedule.
 */
function fixtureAssembly(codeFolder: string, templateSeconds: number): StackAssembly {
  mkdirSync(codeFolder, { recursive: true });
  copyFileSync(bundle, join(codeFolder, 'index.mjs'));
  return {
    stackName: 'FtpsSync-test',
    template: parseTemplate(fixtureTemplate(templateSeconds)),
    assetFolders: new Map([['fixture.zip', codeFolder]]),
  };
}

interface FixtureOptions
  extends Partial<
    Pick<LocalStackOptions, 'lambdaError' | 'maxConcurrency' | 'maxIdle' | 'maxIdleSeconds' | 'waitScale'>
  > {
  readonly secretsFile?: string;
  /** The timeout of the functions in the template. The default is enough for a busy machine. */
  readonly templateSeconds?: number;
  readonly functionSeconds?: number;
  readonly onLog?: (name: string, text: string) => void;
}

/** Serves the fixture from a folder, which may have the data of an earlier one. */
export async function startFixture(
  folder: string,
  { templateSeconds = 60, secretsFile, ...options }: FixtureOptions = {},
): Promise<LocalStack> {
  const dataFolder = openDataFolder(join(folder, 'state'), 'fixture');
  const assembly = fixtureAssembly(join(folder, 'code'), templateSeconds);
  return serveAssembly(assembly, dataFolder, { secretsFile, ...options });
}

/** A placeholder for Fn::Sub: `Step.Arn`, `Inbox`. */
function placeholder(name: string): string {
  return `\${${name}}`;
}

const definition = {
  StartAt: 'Step',
  States: {
    Step: {
      Type: 'Task',
      Resource: placeholder('Step.Arn'),
      ResultPath: '$.result',
      Catch: [{ ErrorEquals: ['States.ALL'], ResultPath: '$.error', Next: 'Caught' }],
      Next: 'Done',
    },
    Done: { Type: 'Succeed' },
    Caught: { Type: 'Fail', ErrorPath: '$.error.Error', CausePath: '$.error.Cause' },
  },
};

/**
 * Each child of the Map calls the function with its item. The last state fails until the execution is
 * redriven.
 */
const mapDefinition = {
  StartAt: 'Share',
  States: {
    Share: {
      Type: 'Map',
      ItemReader: {
        Resource: `arn:${placeholder('AWS::Partition')}:states:::s3:getObject`,
        ReaderConfig: { InputType: 'JSONL' },
        Parameters: { Bucket: placeholder('Inbox'), 'Key.$': '$.itemsKey' },
      },
      ItemProcessor: {
        ProcessorConfig: { Mode: 'DISTRIBUTED', ExecutionType: 'STANDARD' },
        StartAt: 'Work',
        States: {
          Work: {
            Type: 'Task',
            Resource: placeholder('Step.Arn'),
            Retry: [
              { ErrorEquals: ['Runtime.ExitError'], MaxAttempts: 2 },
              { ErrorEquals: ['Lambda.TooManyRequestsException'], MaxAttempts: 99_999, BackoffRate: 1 },
            ],
            End: true,
          },
        },
      },
      MaxConcurrency: 2,
      ToleratedFailurePercentage: 100,
      ResultWriter: {
        Resource: `arn:${placeholder('AWS::Partition')}:states:::s3:putObject`,
        Parameters: { Bucket: placeholder('Inbox'), Prefix: 'results/share' },
      },
      Label: 'Share',
      ResultPath: '$.share',
      Next: 'Conclude',
    },
    Conclude: {
      Type: 'Task',
      Resource: placeholder('Step.Arn'),
      Parameters: { do: 'conclude', 'redrives.$': '$$.Execution.RedriveCount' },
      ResultPath: '$.concluded',
      End: true,
    },
  },
};

const functionResource = (name: string, timeoutSeconds: number) => ({
  Type: 'AWS::Lambda::Function',
  Properties: {
    FunctionName: name,
    Handler: 'index.handler',
    Runtime: 'nodejs24.x',
    Timeout: timeoutSeconds,
    MemorySize: 256,
    Code: { S3Bucket: 'assets', S3Key: 'fixture.zip' },
    Environment: { Variables: { FIXTURE_TABLE: { Ref: 'Ledger' } } },
  },
});

const fixtureTemplate = (templateSeconds: number) => ({
  Resources: {
    Step: functionResource('step', templateSeconds),
    Other: functionResource('other', templateSeconds),
    Machine: {
      Type: 'AWS::StepFunctions::StateMachine',
      Properties: {
        StateMachineName: 'fixture',
        StateMachineType: 'STANDARD',
        DefinitionString: { 'Fn::Sub': JSON.stringify(definition) },
      },
    },
    MapMachine: {
      Type: 'AWS::StepFunctions::StateMachine',
      Properties: {
        StateMachineName: 'share',
        StateMachineType: 'STANDARD',
        DefinitionString: { 'Fn::Sub': JSON.stringify(mapDefinition) },
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
    MapMachineArn: { Value: { Ref: 'MapMachine' } },
  },
});
