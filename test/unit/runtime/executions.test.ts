import { SFNClient } from '@aws-sdk/client-sfn';
import { expect, it, onTestFinished } from 'vitest';
import { z } from 'zod';
import type { Operations } from '../../../cli/local/endpoint/aws-json.ts';
import { ServiceFault } from '../../../cli/local/endpoint/service-fault.ts';
import { badExecutions, isExecutionRunning } from '../../../lambdas/runtime/executions.ts';
import { localClient, serveAws } from '../../support/serve-aws.ts';

const executionArn = 'arn:aws:states:eu-south-1:000000000000:execution:pull:1';

/** Step Functions that answers every DescribeExecution so. */
function clientAnswered(describe: () => unknown): Promise<SFNClient> {
  return clientOf({ DescribeExecution: describe });
}

async function clientOf(operations: Operations): Promise<SFNClient> {
  const { url, stop } = await serveAws(() => operations);
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

const listSchema = z.object({ statusFilter: z.string(), nextToken: z.string().optional() });

it('executions that did not end well are listed back to the first that began too early', async () => {
  const asked: string[] = [];
  // Dates are seconds since 1970 in this protocol.
  const row = (name: string, startDate: number, stopDate: number) => ({
    executionArn: name,
    startDate,
    stopDate,
  });
  const client = await clientOf({
    ListExecutions: (request) => {
      const { statusFilter, nextToken = 'first' } = listSchema.parse(request);
      asked.push(`${statusFilter} ${nextToken}`);
      if (statusFilter !== 'FAILED') return { executions: [] };
      return nextToken === 'first'
        ? { executions: [row('late', 90, 99), row('long-ended', 80, 81)], nextToken: 'second' }
        : { executions: [row('long', 20, 95), row('early', 9, 98)], nextToken: 'third' };
    },
  });

  const found = await Array.fromAsync(
    badExecutions(client, 'machine', { begun: new Date(10_000), ended: new Date(90_000) }),
  );

  expect(found.map(({ executionArn: name }) => name)).toEqual(['late', 'long']);
  expect(asked).toEqual(['FAILED first', 'FAILED second', 'TIMED_OUT first', 'ABORTED first']);
});
