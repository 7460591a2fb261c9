import type { Context } from 'aws-lambda';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { z } from 'zod';
import { permanentErrorName, transientErrorName } from '../../../lambdas/contract/workflow.ts';
import type { Step } from '../../../lambdas/runtime/step-handler.ts';
import { stepHandler } from '../../../lambdas/runtime/step-handler.ts';

const input = z.object({ count: z.number() });
type Work = Step<typeof input, unknown>['work'];

const minuteMs = 60_000;
const context = {
  awsRequestId: 'request-1',
  functionName: 'plan-run',
  functionVersion: '1',
  invokedFunctionArn: 'arn:aws:lambda:eu-south-1:000000000000:function:plan-run',
  memoryLimitInMB: '256',
  logGroupName: 'group',
  logStreamName: 'stream',
  callbackWaitsForEmptyEventLoop: false,
  getRemainingTimeInMillis: () => 15 * minuteMs,
  done: () => {},
  fail: () => {},
  succeed: () => {},
} satisfies Context;

function handlerFor(work: Work, retryable = false) {
  const toStepError = (error: unknown) => ({
    retryable,
    error: 'timeout',
    message: `silent: ${String(error)}`,
  });
  return stepHandler({ name: 'plan-run', input, work, toStepError });
}

/** What the logger wrote to the console, one JSON text for each line. */
let lines: string[] = [];

beforeEach(() => {
  vi.stubEnv('POWERTOOLS_DEV', 'true');
  lines = [];
  for (const level of ['info', 'error'] as const) {
    vi.spyOn(console, level).mockImplementation((line: string) => void lines.push(line));
  }
});
afterEach(() => {
  vi.restoreAllMocks();
  vi.unstubAllEnvs();
  vi.useRealTimers();
});

describe('a step', () => {
  it('parses its input and returns the output of its work', async () => {
    const handler = handlerFor(async ({ count }) => count + 1);

    const output = await handler({ count: 1 }, context);

    expect(output).toBe(2);
  });

  it.each([
    ['is retryable throws an error that the workflow retries', true, transientErrorName],
    ['is not retryable throws one that the workflow does not retry', false, permanentErrorName],
  ])('whose error %s', async (_, retryable, name) => {
    const handler = handlerFor(async () => {
      throw new Error('no answer');
    }, retryable);

    const failing = handler({ count: 1 }, context);

    await expect(failing).rejects.toMatchObject({ name });
  });

  it('throws code and message as JSON, with the original error as the cause', async () => {
    const cause = new Error('no answer');
    const handler = handlerFor(() => Promise.reject(cause));

    const failed: unknown = await handler({ count: 1 }, context).catch((error: unknown) => error);

    expect(failed).toMatchObject({
      message: JSON.stringify({ error: 'timeout', message: 'silent: Error: no answer' }),
      cause,
    });
  });

  it('throws a StepError also where its input does not fit', async () => {
    const handler = handlerFor(async () => 'never');

    const failing = handler({ count: 'one' }, context);

    await expect(failing).rejects.toMatchObject({ name: permanentErrorName });
  });

  it('logs one line when it ends, with its request id', async () => {
    const handler = handlerFor(async () => ({ files: 3 }));

    await handler({ count: 1 }, context);

    expect(lines.map((line) => JSON.parse(line))).toMatchObject([
      {
        level: 'INFO',
        message: 'done',
        output: { files: 3 },
        function_request_id: 'request-1',
        service: 'plan-run',
      },
    ]);
  });

  it('logs one line when it fails', async () => {
    const handler = handlerFor(() => Promise.reject(new Error('no answer')));

    await handler({ count: 1 }, context).catch(() => {});

    expect(lines.map((line) => JSON.parse(line))).toMatchObject([
      { level: 'ERROR', message: 'silent: Error: no answer', error: 'timeout', retryable: false },
    ]);
  });
});

describe('the deadline of a step', () => {
  it('fires 20 seconds before Lambda kills the function', async () => {
    vi.useFakeTimers();
    const aborted: boolean[] = [];
    const handler = handlerFor(async (_, { deadline }) => {
      vi.advanceTimersByTime(15 * minuteMs - 20_001);
      aborted.push(deadline.signal.aborted);
      vi.advanceTimersByTime(1);
      aborted.push(deadline.signal.aborted);
    });

    await handler({ count: 1 }, context);

    expect(aborted).toEqual([false, true]);
  });

  it('leaves a third of a short invocation', async () => {
    vi.useFakeTimers();
    const aborted: boolean[] = [];
    const handler = handlerFor(async (_, { deadline }) => {
      vi.advanceTimersByTime(5_999);
      aborted.push(deadline.signal.aborted);
      vi.advanceTimersByTime(1);
      aborted.push(deadline.signal.aborted);
    });

    await handler({ count: 1 }, { ...context, getRemainingTimeInMillis: () => 9_000 });

    expect(aborted).toEqual([false, true]);
  });

  it('leaves no timer for the next invocation, whether the step succeeded or failed', async () => {
    vi.useFakeTimers();
    await handlerFor(async () => 'done')({ count: 1 }, context);
    await handlerFor(() => Promise.reject(new Error('no answer')))({ count: 1 }, context).catch(() => {});

    const timers = vi.getTimerCount();

    expect(timers).toBe(0);
  });
});
