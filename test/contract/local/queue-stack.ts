import { copyFileSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseTemplate } from '../../../local/cloudformation/assembly.ts';
import { openDataFolder } from '../../../local/data-folder.ts';
import { type LocalStack, type LocalStackOptions, serveAssembly } from '../../../local/local-stack.ts';

const bundle = fileURLToPath(new URL('./queue-function.mjs', import.meta.url));

/** The file to which the fixture's function writes what it does. */
export function journalFile(folder: string): string {
  return join(folder, 'journal.jsonl');
}

/**
 * Serves a small handwritten stack of queues. `Bare` and `Line` (FIFO) are for clients; the function `worker`
 * receives the messages of `Work` and `Ordered` (FIFO); `Ingest` receives the events of the bucket `Outbox`,
 * and `Inbox` sends none. A message is received three times at most, and twice in `Bare` and `Line`.
 */
export async function startQueueStack(
  folder: string,
  { seconds = defaultSeconds, ...options }: QueueStackOptions = {},
): Promise<LocalStack> {
  const codeFolder = join(folder, 'code');
  mkdirSync(codeFolder, { recursive: true });
  copyFileSync(bundle, join(codeFolder, 'index.mjs'));
  const assembly = {
    stackName: 'FtpsSync-test',
    template: parseTemplate(template(journalFile(folder), seconds)),
    assetFolders: new Map([['fixture.zip', codeFolder]]),
  };
  const dataFolder = openDataFolder(join(folder, 'state'), 'fixture');
  return serveAssembly(assembly, dataFolder, { ...options, secretsFile: undefined, waitScale });
}

/** A timeout that is enough for a busy machine. */
const defaultSeconds = 60;

/** With it the visibility timeout of a minute lasts 0.2 seconds. */
const waitScale = 0.2 / defaultSeconds;

interface QueueStackOptions extends Partial<Pick<LocalStackOptions, 'eventSourceMappings' | 'lambdaError'>> {
  /** The timeout of `worker`, and the visibility timeout of its queues. */
  readonly seconds?: number;
}

function template(journal: string, seconds: number): object {
  const visible = { VisibilityTimeout: seconds };
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
      ...queueWithDead('Work', 3, visible),
      ...queueWithDead('Ordered', 3, { ...visible, FifoQueue: true, ContentBasedDeduplication: true }),
      Ingest: { Type: 'AWS::SQS::Queue', Properties: {} },
      Worker: {
        Type: 'AWS::Lambda::Function',
        Properties: {
          FunctionName: 'worker',
          Handler: 'index.handler',
          Runtime: 'nodejs24.x',
          Timeout: seconds,
          MemorySize: 128,
          Code: { S3Bucket: 'assets', S3Key: 'fixture.zip' },
          Environment: { Variables: { JOURNAL: journal } },
        },
      },
      WorkMapping: mapping('Work', { BatchSize: 5, MaximumBatchingWindowInSeconds: 30 }),
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
