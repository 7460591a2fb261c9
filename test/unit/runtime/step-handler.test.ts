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

function handlerOf(work: Work, again = false) {
  const faultOf = (error: unknown) => ({ again, fault: 'timeout', message: `silent: ${String(error)}` });
  return stepHandler({ name: 'plan-run', input, work, faultOf });
}

/** What the logger wrote, one JSON text a line: it writes to the console of the function. */
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
  it('gets its input parsed, and answers what its work has come to', async () => {
    const handler = handlerOf(async ({ count }) => count + 1);

    const output = await handler({ count: 1 }, context);

    expect(output).toBe(2);
  });

  it.each([
    ['may go well a moment later, is one that the workflow tries again', true, transientErrorName],
    ['will not, is one that the workflow never tries again', false, permanentErrorName],
  ])('whose fault %s', async (_, again, name) => {
    const handler = handlerOf(async () => {
      throw new Error('no answer');
    }, again);

    const failing = handler({ count: 1 }, context);

    await expect(failing).rejects.toMatchObject({ name });
  });

  it('tells FinishRun its fault and message as JSON, with the error that it was as the cause', async () => {
    const cause = new Error('no answer');
    const handler = handlerOf(() => Promise.reject(cause));

    const failed: unknown = await handler({ count: 1 }, context).catch((error: unknown) => error);

    expect(failed).toMatchObject({
      message: JSON.stringify({ fault: 'timeout', message: 'silent: Error: no answer' }),
      cause,
    });
  });

  it('whose input does not fit has a fault of its own words too', async () => {
    const handler = handlerOf(async () => 'never');

    const failing = handler({ count: 'one' }, context);

    await expect(failing).rejects.toMatchObject({ name: permanentErrorName });
  });

  it('writes one line of its end, with the request it belongs to', async () => {
    const handler = handlerOf(async () => ({ files: 3 }));

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

  it('writes one line of its fault', async () => {
    const handler = handlerOf(() => Promise.reject(new Error('no answer')));

    await handler({ count: 1 }, context).catch(() => {});

    expect(lines.map((line) => JSON.parse(line))).toMatchObject([
      { level: 'ERROR', message: 'silent: Error: no answer', fault: 'timeout', again: false },
    ]);
  });
});

describe('the deadline of a step', () => {
  it('comes 20 seconds before the function is killed', async () => {
    vi.useFakeTimers();
    const seen: boolean[] = [];
    const handler = handlerOf(async (_, { deadline }) => {
      vi.advanceTimersByTime(15 * minuteMs - 20_001);
      seen.push(deadline.signal.aborted);
      vi.advanceTimersByTime(1);
      seen.push(deadline.signal.aborted);
    });

    await handler({ count: 1 }, context);

    expect(seen).toEqual([false, true]);
  });

  it('leaves a third of a short invocation', async () => {
    vi.useFakeTimers();
    const seen: boolean[] = [];
    const handler = handlerOf(async (_, { deadline }) => {
      vi.advanceTimersByTime(5_999);
      seen.push(deadline.signal.aborted);
      vi.advanceTimersByTime(1);
      seen.push(deadline.signal.aborted);
    });

    await handler({ count: 1 }, { ...context, getRemainingTimeInMillis: () => 9_000 });

    expect(seen).toEqual([false, true]);
  });

  it('does not reach into the next invocation, whether the step ended well or not', async () => {
    vi.useFakeTimers();
    await handlerOf(async () => 'done')({ count: 1 }, context);
    await handlerOf(() => Promise.reject(new Error('no answer')))({ count: 1 }, context).catch(() => {});

    const timers = vi.getTimerCount();

    expect(timers).toBe(0);
  });
});
