import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DescribeStacksCommand, ListStacksCommand } from '@aws-sdk/client-cloudformation';
import { ScanCommand, TransactWriteItemsCommand } from '@aws-sdk/client-dynamodb';
import { GetSecretValueCommand, ListSecretsCommand } from '@aws-sdk/client-secrets-manager';
import {
  DescribeExecutionCommand,
  GetExecutionHistoryCommand,
  ListExecutionsCommand,
  ListStateMachinesCommand,
  StartExecutionCommand,
  StopExecutionCommand,
} from '@aws-sdk/client-sfn';
import { GetParameterCommand, GetParametersByPathCommand, PutParameterCommand } from '@aws-sdk/client-ssm';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { LocalStack } from '../../../local/local-stack.ts';
import { createClients, runFixture } from './fixture-clients.ts';
import { startFixture } from './fixture-stack.ts';

let folder = '';
let secretsFile = '';
let stack: LocalStack;
let clients: ReturnType<typeof createClients>;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'local-services-'));
  secretsFile = join(folder, 'secrets.json');
  writeFileSync(secretsFile, JSON.stringify({ 'ftps-sync/acme': { user: 'u', password: 'first' } }));
  stack = await startFixture(folder, { secretsFile });
  clients = createClients(stack.endpoint);
});

afterAll(async () => {
  await stack.close();
  rmSync(folder, { recursive: true, force: true });
});

test('DescribeStacks returns the outputs of the stack', async () => {
  const { Stacks: stacks } = await clients.stacks.send(
    new DescribeStacksCommand({ StackName: 'FtpsSync-test' }),
  );

  expect(stacks?.[0]?.Outputs).toContainEqual({
    OutputKey: 'TableName',
    OutputValue: stack.outputs.TableName,
  });
});

test('DescribeStacks of another stack is an error', async () => {
  const answer = clients.stacks.send(new DescribeStacksCommand({ StackName: 'FtpsSync-other' }));

  await expect(answer).rejects.toThrow('Stack with id FtpsSync-other does not exist');
});

test('GetParameter returns a parameter of the template', async () => {
  const { Parameter: parameter } = await clients.parameters.send(
    new GetParameterCommand({ Name: '/fixture/partners/acme' }),
  );

  expect(parameter?.Value).toBe('{"partner":"acme"}');
});

test('GetParametersByPath lists the parameters below the path', async () => {
  const { Parameters: parameters } = await clients.parameters.send(
    new GetParametersByPathCommand({ Path: '/fixture/partners/' }),
  );

  expect(parameters?.map(({ Name }) => Name)).toEqual(['/fixture/partners/acme']);
});

test('A missing parameter is a ParameterNotFound error', async () => {
  const answer = clients.parameters.send(new GetParameterCommand({ Name: '/fixture/partners/none' }));

  await expect(answer).rejects.toMatchObject({ name: 'ParameterNotFound' });
});

test('A secret that changes in the file applies immediately', async () => {
  const read = () => clients.secrets.send(new GetSecretValueCommand({ SecretId: 'ftps-sync/acme' }));
  const before = await read();
  writeFileSync(secretsFile, JSON.stringify({ 'ftps-sync/acme': { user: 'u', password: 'second' } }));

  const after = await read();

  expect(JSON.parse(before.SecretString ?? '')).toEqual({ user: 'u', password: 'first' });
  expect(JSON.parse(after.SecretString ?? '')).toEqual({ user: 'u', password: 'second' });
});

test('A missing secret is a ResourceNotFoundException error', async () => {
  const answer = clients.secrets.send(new GetSecretValueCommand({ SecretId: 'ftps-sync/none' }));

  await expect(answer).rejects.toMatchObject({
    name: 'ResourceNotFoundException',
    message: expect.stringContaining(secretsFile),
  });
});

test('StartExecution with the same name and input returns the running execution', async () => {
  const start = new StartExecutionCommand({
    stateMachineArn: stack.outputs.PullMachineArn,
    name: 'twice',
    input: '{"do":"hang"}',
  });

  const first = await clients.states.send(start);
  const second = await clients.states.send(start);

  expect(second).toMatchObject({ executionArn: first.executionArn, startDate: first.startDate });
});

test('StartExecution with the same name and another input is refused', async () => {
  const start = (input: object) =>
    clients.states.send(
      new StartExecutionCommand({
        stateMachineArn: stack.outputs.PullMachineArn,
        name: 'taken',
        input: JSON.stringify(input),
      }),
    );
  await start({ do: 'answer' });

  const second = start({ do: 'answer', other: true });

  await expect(second).rejects.toMatchObject({ name: 'ExecutionAlreadyExists' });
});

test('An execution of an earlier stack does not exist', async () => {
  const executionArn = `${stack.outputs.PullMachineArn?.replace('stateMachine', 'execution')}:earlier`;

  const answer = clients.states.send(new DescribeExecutionCommand({ executionArn }));

  await expect(answer).rejects.toMatchObject({ name: 'ExecutionDoesNotExist' });
});

test('A stopped execution is listed as aborted', async () => {
  const stateMachineArn = stack.outputs.PullMachineArn;
  const { executionArn } = await clients.states.send(
    new StartExecutionCommand({ stateMachineArn, input: '{"do":"hang"}' }),
  );

  await clients.states.send(new StopExecutionCommand({ executionArn, cause: 'enough' }));

  const { executions } = await clients.states.send(
    new ListExecutionsCommand({ stateMachineArn, statusFilter: 'ABORTED' }),
  );
  expect(executions?.map((each) => each.executionArn)).toContain(executionArn);
});

test('The history of an execution contains its calls and its end', async () => {
  const { executionArn } = await runFixture(stack, { do: 'throw', name: 'PermanentError' });

  const { events = [] } = await clients.states.send(new GetExecutionHistoryCommand({ executionArn }));

  expect(
    events.find(({ type }) => type === 'LambdaFunctionFailed')?.lambdaFunctionFailedEventDetails?.error,
  ).toBe('PermanentError');
  expect(events.at(-1)?.executionFailedEventDetails?.error).toBe('PermanentError');
});

test('The table of the template exists', async () => {
  const { Items: rows } = await clients.tables.send(new ScanCommand({ TableName: stack.outputs.TableName }));

  expect(rows).toEqual([]);
});

const unserved: readonly {
  readonly title: string;
  readonly call: () => Promise<unknown>;
  readonly says: RegExp;
}[] = [
  {
    title: 'Step Functions',
    call: () => clients.states.send(new ListStateMachinesCommand({})),
    says: /does not serve AWSStepFunctions ListStateMachines/,
  },
  {
    title: 'the parameter store',
    call: () => clients.parameters.send(new PutParameterCommand({ Name: '/a', Value: 'b' })),
    says: /does not serve AmazonSSM PutParameter/,
  },
  {
    title: 'Secrets Manager',
    call: () => clients.secrets.send(new ListSecretsCommand({})),
    says: /does not serve secretsmanager ListSecrets/,
  },
  {
    title: 'CloudFormation',
    call: () => clients.stacks.send(new ListStacksCommand({})),
    says: /does not serve CloudFormation ListStacks/,
  },
  {
    title: 'DynamoDB',
    call: () => clients.tables.send(new TransactWriteItemsCommand({ TransactItems: [] })),
    says: /UnknownOperation|Unknown/,
  },
];

test.each(unserved)('An unknown operation of $title is an error', async ({ call, says }) => {
  await expect(call()).rejects.toThrow(says);
});

test('An unknown service is an error', async () => {
  const response = await fetch(stack.endpoint, {
    method: 'POST',
    headers: { 'x-amz-target': 'AmazonSNS.Publish', 'content-type': 'application/x-amz-json-1.0' },
    body: '{}',
  });

  expect(response.status).toBe(400);
  expect(await response.text()).toContain('does not serve AmazonSNS Publish');
});
