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
import type { LocalStack } from '../../../local/local-stack.ts';

/**
 * The AWS clients of the product for a local stack. Only its endpoint, a region and some credentials are set.
 */
export function createClients(endpoint: string) {
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

/** Runs the fixture's machine with the input to its end. */
export async function runFixture(stack: LocalStack, input: object): Promise<DescribeExecutionCommandOutput> {
  const { states } = createClients(stack.endpoint);
  const { executionArn = '' } = await states.send(
    new StartExecutionCommand({
      stateMachineArn: stack.outputs.PullMachineArn,
      input: JSON.stringify(input),
    }),
  );
  return waitForEnd(stack, executionArn);
}

/** Starts the fixture's Map machine over these items, one line each. */
export async function startMap(stack: LocalStack, items: readonly object[]): Promise<string> {
  const { states, objects } = createClients(stack.endpoint);
  const Body = items.map((item) => JSON.stringify(item)).join('\n');
  const Key = `${randomUUID()}.jsonl`;
  await objects.send(new PutObjectCommand({ Bucket: stack.outputs.InboxBucketName, Key, Body }));
  const { executionArn = '' } = await states.send(
    new StartExecutionCommand({
      stateMachineArn: stack.outputs.MapMachineArn,
      input: JSON.stringify({ itemsKey: Key }),
    }),
  );
  return executionArn;
}

/** Waits for the end of an execution. */
export async function waitForEnd(
  stack: LocalStack,
  executionArn: string,
): Promise<DescribeExecutionCommandOutput> {
  const { states } = createClients(stack.endpoint);
  for (;;) {
    const execution = await states.send(new DescribeExecutionCommand({ executionArn }));
    if (execution.status !== 'RUNNING') return execution;
    await sleep(20);
  }
}

/** The answer of the fixture's function in a successful execution. */
export async function callStep(stack: LocalStack, input: object) {
  const { output = '{}' } = await runFixture(stack, input);
  return JSON.parse(output).result;
}
