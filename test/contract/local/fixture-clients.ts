import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { CloudFormationClient } from '@aws-sdk/client-cloudformation';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import {
  DescribeExecutionCommand,
  type DescribeExecutionCommandOutput,
  SFNClient,
  StartExecutionCommand,
} from '@aws-sdk/client-sfn';
import { SSMClient } from '@aws-sdk/client-ssm';
import type { LocalStack } from '../../../cli/local/local-stack.ts';

/** The clients of the product against a local stack, with nothing set but its endpoint, a region and any credentials. */
export function clientsOf(endpoint: string) {
  const credentials = { accessKeyId: 'local', secretAccessKey: 'local' };
  const config = { endpoint, region: 'us-east-1', credentials, maxAttempts: 1 };
  return {
    states: new SFNClient(config),
    tables: new DynamoDBClient(config),
    objects: new S3Client(config),
    secrets: new SecretsManagerClient(config),
    parameters: new SSMClient(config),
    stacks: new CloudFormationClient(config),
  };
}

/** Starts the fixture's machine with the input and follows it to its end. */
export async function runFixture(stack: LocalStack, input: object): Promise<DescribeExecutionCommandOutput> {
  const { states } = clientsOf(stack.endpoint);
  const { executionArn = '' } = await states.send(
    new StartExecutionCommand({
      stateMachineArn: stack.outputs.PullMachineArn,
      input: JSON.stringify(input),
    }),
  );
  return endOf(stack, executionArn);
}

/** Starts the fixture's machine that shares these items out, each of them a line. */
export async function startShare(stack: LocalStack, items: readonly object[]): Promise<string> {
  const { states, objects } = clientsOf(stack.endpoint);
  const Body = items.map((item) => JSON.stringify(item)).join('\n');
  const Key = `${randomUUID()}.jsonl`;
  await objects.send(new PutObjectCommand({ Bucket: stack.outputs.InboxBucketName, Key, Body }));
  const { executionArn = '' } = await states.send(
    new StartExecutionCommand({
      stateMachineArn: stack.outputs.ShareMachineArn,
      input: JSON.stringify({ itemsKey: Key }),
    }),
  );
  return executionArn;
}

/** Follows an execution to its end. */
export async function endOf(
  stack: LocalStack,
  executionArn: string,
): Promise<DescribeExecutionCommandOutput> {
  const { states } = clientsOf(stack.endpoint);
  for (;;) {
    const execution = await states.send(new DescribeExecutionCommand({ executionArn }));
    if (execution.status !== 'RUNNING') return execution;
    await sleep(20);
  }
}

/** What the fixture's function answered in an execution that succeeded. */
export async function answerOf(stack: LocalStack, input: object) {
  const { output = '{}' } = await runFixture(stack, input);
  return JSON.parse(output).result;
}
