import { copyFileSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { openDataFolder } from '../../../cli/local/data-folder.ts';
import { type LocalStack, type LocalStackOptions, serveAssembly } from '../../../cli/local/local-stack.ts';
import { parseTemplate } from '../../../cli/local/template/assembly.ts';

const bundle = fileURLToPath(new URL('./queue-function.mjs', import.meta.url));

/** Where the fixture's function writes what it did. */
export function journalOf(folder: string): string {
  return join(folder, 'journal.jsonl');
}

/**
 * Serves a small stack of queues by hand. `Bare` and `Line` (FIFO) are for clients; `Work` and `Ordered` (FIFO) feed the function
 * `worker`; `Ingest` gets the events of the bucket `Outbox`, and `Inbox` sends none. A message comes three times at most, and
 * in `Bare` and `Line` twice.
 */
export async function startQueueStack(
  folder: string,
  options: Pick<LocalStackOptions, 'queuedWork'> = {},
): Promise<LocalStack> {
  const codeFolder = join(folder, 'code');
  mkdirSync(codeFolder, { recursive: true });
  copyFileSync(bundle, join(codeFolder, 'index.mjs'));
  const assembly = {
    stackName: 'FtpsSync-test',
    template: parseTemplate(template(journalOf(folder))),
    assetFolders: new Map([['fixture.zip', codeFolder]]),
  };
  const dataFolder = openDataFolder(join(folder, 'state'), 'fixture');
  return serveAssembly(assembly, { ...options, folder: dataFolder, secretsFile: undefined });
}

const seconds = { VisibilityTimeout: 10 };

function template(journal: string): object {
  const outputs = [
    'Bare',
    'BareDead',
    'Line',
    'LineDead',
    'Work',
    'WorkDead',
    'Ordered',
    'OrderedDead',
    'Ingest',
  ];
  return {
    Resources: {
      ...queueWithDead('Bare', 2, {}),
      ...queueWithDead('Line', 2, { FifoQueue: true }),
      ...queueWithDead('Work', 3, seconds),
      ...queueWithDead('Ordered', 3, { ...seconds, FifoQueue: true, ContentBasedDeduplication: true }),
      Ingest: { Type: 'AWS::SQS::Queue', Properties: {} },
      Worker: {
        Type: 'AWS::Lambda::Function',
        Properties: {
          FunctionName: 'worker',
          Handler: 'index.handler',
          Runtime: 'nodejs24.x',
          Timeout: 5,
          MemorySize: 128,
          Code: { S3Bucket: 'assets', S3Key: 'fixture.zip' },
          Environment: { Variables: { JOURNAL: journal } },
        },
      },
      WorkMapping: mapping('Work', { BatchSize: 5, MaximumBatchingWindowInSeconds: 5 }),
      OrderedMapping: mapping('Ordered', { BatchSize: 10, ScalingConfig: { MaximumConcurrency: 2 } }),
      Outbox: {
        Type: 'AWS::S3::Bucket',
        Properties: {
          VersioningConfiguration: { Status: 'Enabled' },
          NotificationConfiguration: { EventBridgeConfiguration: { EventBridgeEnabled: true } },
        },
      },
      Inbox: { Type: 'AWS::S3::Bucket', Properties: {} },
      Created: {
        Type: 'AWS::Events::Rule',
        Properties: {
          State: 'ENABLED',
          EventPattern: {
            source: ['aws.s3'],
            'detail-type': ['Object Created'],
            detail: { bucket: { name: [{ Ref: 'Outbox' }] } },
          },
          Targets: [{ Arn: { 'Fn::GetAtt': ['Ingest', 'Arn'] }, Id: 'Target0' }],
        },
      },
    },
    Outputs: {
      ...Object.fromEntries(outputs.map((name) => [name, { Value: { Ref: name } }])),
      LineDeadArn: { Value: { 'Fn::GetAtt': ['LineDead', 'Arn'] } },
      BareDeadArn: { Value: { 'Fn::GetAtt': ['BareDead', 'Arn'] } },
      Outbox: { Value: { Ref: 'Outbox' } },
      Inbox: { Value: { Ref: 'Inbox' } },
    },
  };
}

interface QueueProperties {
  readonly FifoQueue?: true;
  readonly ContentBasedDeduplication?: true;
  readonly VisibilityTimeout?: number;
}

function queueWithDead(name: string, maxReceiveCount: number, properties: QueueProperties): object {
  const deadLetterTargetArn = { 'Fn::GetAtt': [`${name}Dead`, 'Arn'] };
  const { FifoQueue } = properties;
  return {
    [name]: {
      Type: 'AWS::SQS::Queue',
      Properties: { ...properties, RedrivePolicy: { deadLetterTargetArn, maxReceiveCount } },
    },
    [`${name}Dead`]: { Type: 'AWS::SQS::Queue', Properties: FifoQueue === true ? { FifoQueue } : {} },
  };
}

function mapping(queue: string, properties: object): object {
  return {
    Type: 'AWS::Lambda::EventSourceMapping',
    Properties: {
      EventSourceArn: { 'Fn::GetAtt': [queue, 'Arn'] },
      FunctionName: { Ref: 'Worker' },
      FunctionResponseTypes: ['ReportBatchItemFailures'],
      ...properties,
    },
  };
}
