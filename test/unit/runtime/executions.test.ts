import { SFNClient } from '@aws-sdk/client-sfn';
import { expect, it, onTestFinished } from 'vitest';
import { ServiceFault } from '../../../cli/local/endpoint/service-fault.ts';
import { isExecutionRunning } from '../../../lambdas/runtime/executions.ts';
import { localClient, serveAws } from '../../support/serve-aws.ts';

const executionArn = 'arn:aws:states:eu-south-1:000000000000:execution:pull:1';

/** Step Functions that answers every DescribeExecution so. */
async function clientAnswered(describe: () => unknown): Promise<SFNClient> {
  const { url, stop } = await serveAws(() => ({ DescribeExecution: describe }));
  const client = new SFNClient({ endpoint: url, ...localClient, maxAttempts: 1 });
  onTestFinished(async () => {
    client.destroy();
    await stop();
  });
  return client;
}

it.each([
  ['RUNNING', true],
  ['PENDING_REDRIVE', true],
  ['SUCCEEDED', false],
  ['FAILED', false],
  ['TIMED_OUT', false],
  ['ABORTED', false],
])('an execution that is %s still holds its lease: %s', async (status, expected) => {
  const client = await clientAnswered(() => ({ executionArn, status }));

  const isRunning = await isExecutionRunning(client, executionArn);

  expect(isRunning).toBe(expected);
});

it('an execution that Step Functions does not know any more has ended', async () => {
  const client = await clientAnswered(() => {
    throw new ServiceFault('ExecutionDoesNotExist', 'no such execution');
  });

  const isRunning = await isExecutionRunning(client, executionArn);

  expect(isRunning).toBe(false);
});

it('an execution of which nothing can be learned is not taken for dead', async () => {
  const client = await clientAnswered(() => {
    throw new ServiceFault('AccessDeniedException', 'not yours');
  });

  const asking = isExecutionRunning(client, executionArn);

  await expect(asking).rejects.toThrow('not yours');
});
