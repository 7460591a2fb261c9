import { SFNClient } from '@aws-sdk/client-sfn';
import { expect, it, onTestFinished } from 'vitest';
import { z } from 'zod';
import { failedExecutions, isExecutionRunning } from '../../../lambdas/runtime/executions.ts';
import type { Operations } from '../../../local/endpoint/aws-json.ts';
import { ServiceError } from '../../../local/endpoint/service-error.ts';
import { localClient, serveAws } from '../../support/serve-aws.ts';

const executionArn = 'arn:aws:states:eu-south-1:000000000000:execution:pull:1';

/** A client of a Step Functions double with this answer to every DescribeExecution. */
function clientDescribing(describe: () => unknown): Promise<SFNClient> {
  return clientFor({ DescribeExecution: describe });
}

async function clientFor(operations: Operations): Promise<SFNClient> {
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
  const client = await clientDescribing(() => ({ executionArn, status }));

  const isRunning = await isExecutionRunning(client, executionArn);

  expect(isRunning).toBe(expected);
});

it('an execution that Step Functions no longer knows has ended', async () => {
  const client = await clientDescribing(() => {
    throw new ServiceError('ExecutionDoesNotExist', 'no such execution');
  });

  const isRunning = await isExecutionRunning(client, executionArn);

  expect(isRunning).toBe(false);
});

it('an execution that cannot be described does not count as ended', async () => {
  const client = await clientDescribing(() => {
    throw new ServiceError('AccessDeniedException', 'not yours');
  });

  const describing = isExecutionRunning(client, executionArn);

  await expect(describing).rejects.toThrow('not yours');
});

const listSchema = z.object({ statusFilter: z.string(), nextToken: z.string().optional() });

it('failed executions are listed back to the first that started too early', async () => {
  const asked: string[] = [];
  // Dates are seconds since 1970 in this protocol.
  const row = (name: string, startDate: number, stopDate: number) => ({
    executionArn: name,
    startDate,
    stopDate,
  });
  const client = await clientFor({
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
    failedExecutions(client, 'machine', {
      earliestStart: new Date(10_000),
      earliestEnd: new Date(90_000),
    }),
  );

  expect(found.map(({ executionArn: name }) => name)).toEqual(['late', 'long']);
  expect(asked).toEqual(['FAILED first', 'FAILED second', 'TIMED_OUT first', 'ABORTED first']);
});
