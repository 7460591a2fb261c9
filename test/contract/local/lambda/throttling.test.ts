import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { GetObjectCommand, ListObjectsV2Command } from '@aws-sdk/client-s3';
import { afterAll, expect, test } from 'vitest';
import { z } from 'zod';
import type { LambdaError } from '../../../../local/lambda/function-answer.ts';
import type { LocalStack } from '../../../../local/local-stack.ts';
import { waitUntil } from '../../../support/wait-until.ts';
import { createClients, runFixture, startMap, waitForEnd } from '../fixture-clients.ts';
import { startFixture } from '../fixture-stack.ts';

const folder = mkdtempSync(join(tmpdir(), 'local-throttling-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const stepArn = 'arn:aws:lambda:us-east-1:000000000000:function:step';

async function openFixture(
  name: string,
  options: Parameters<typeof startFixture>[1],
): Promise<LocalStack & AsyncDisposable> {
  const stack = await startFixture(join(folder, name), options);
  return { ...stack, [Symbol.asyncDispose]: () => stack.close() };
}

/** The process that answered a call. */
async function callForPid(stack: LocalStack, name: string): Promise<number> {
  const { payload } = await stack.callFunction(name, JSON.stringify({ do: 'answer' }));
  return z.object({ pid: z.number() }).parse(JSON.parse(payload)).pid;
}

function untilExited(pid: number): Promise<true> {
  return waitUntil({ what: `process ${pid} has exited`, check: () => !isRunning(pid) });
}

function isRunning(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

/** Throttles the first calls, and counts all. */
function throttleFirst(throttledCalls: number) {
  const calls = { count: 0 };
  const lambdaError = (): LambdaError | undefined => {
    calls.count += 1;
    return calls.count <= throttledCalls ? 'TooManyRequestsException' : undefined;
  };
  return { calls, lambdaError };
}

test('Of ten calls at once, as many run as the limit allows, and Lambda throttles the others', async () => {
  await using stack = await openFixture('calls', { maxConcurrency: 3 });
  const slow = JSON.stringify({ do: 'answer', afterMs: 300 });

  const answers = await Promise.all(Array.from({ length: 10 }, () => stack.callFunction('step', slow)));

  const returned = answers.filter(({ kind }) => kind === 'returned');
  const refused = answers.filter(({ kind }) => kind === 'refused');
  expect(new Set(returned.map(({ payload }) => JSON.parse(payload).pid)).size).toBe(3);
  expect(refused).toHaveLength(7);
  expect(JSON.parse(refused[0]?.payload ?? '')).toMatchObject({
    message: 'Rate Exceeded.',
    Reason: 'ConcurrentInvocationLimitExceeded',
  });
});

test('The functions of the stack share the limit, and a call that has ended makes room', async () => {
  await using stack = await openFixture('shared', { maxConcurrency: 1 });
  const running = stack.callFunction('step', JSON.stringify({ do: 'hang' }));

  const refused = await stack.callFunction('other', '{"do":"answer"}');
  stack.killFunction('step');
  await running;
  const { kind } = await stack.callFunction('other', '{"do":"answer"}');

  expect([refused.kind, kind]).toEqual(['refused', 'returned']);
});

test('A Task without a Retry fails with Lambda.TooManyRequestsException, and its function is not invoked', async () => {
  await using stack = await openFixture('task', { maxConcurrency: 1 });
  const running = stack.callFunction('other', '{"do":"hang"}');

  const execution = await runFixture(stack, { do: 'print', text: 'printed' });

  expect(execution).toMatchObject({ status: 'FAILED', error: 'Lambda.TooManyRequestsException' });
  expect(execution.cause).toContain('Rate Exceeded.');
  expect(readFileSync(join(stack.logsFolder, 'step.log'), 'utf8')).toBe('');
  stack.killFunction('other');
  await running;
});

test('The children of a Map go by their Retry: all of them succeed with one execution at a time', async () => {
  await using stack = await openFixture('map', { maxConcurrency: 1 });

  const arn = await startMap(
    stack,
    [1, 2, 3, 4, 5].map((row) => ({ do: 'answer', row, afterMs: 50 })),
  );
  await waitForEnd(stack, arn);

  const results = await readResults(stack);
  expect(results.map(({ event }) => event.row).toSorted()).toEqual([1, 2, 3, 4, 5]);
  expect(new Set(results.map(({ pid }) => pid)).size).toBe(1);
});

test('A throttled asynchronous invocation is tried again until the function has run once', async () => {
  const { calls, lambdaError } = throttleFirst(20);
  await using stack = await openFixture('asynchronous', { lambdaError, waitScale: 1e-6 });

  stack.start({ targetArn: stepArn, input: JSON.stringify({ do: 'print', text: 'printed' }) });

  const log = await waitUntil({
    what: 'the function has run',
    check: () => readFileSync(join(stack.logsFolder, 'step.log'), 'utf8') || undefined,
  });
  expect(log).toBe('printed\n');
  expect(calls.count).toBe(21);
});

test('An asynchronous invocation that is throttled for six hours is dropped', async () => {
  const { calls, lambdaError } = throttleFirst(80);
  await using stack = await openFixture('dropped', { lambdaError, waitScale: 1e-6 });
  stack.start({ targetArn: stepArn, input: JSON.stringify({ do: 'print', text: 'printed' }) });

  // Nine delays from a second to 256 seconds, then 70 of five minutes.
  await waitUntil({ what: 'it was called 80 times', check: () => calls.count >= 80 });
  await stack.callFunction('step', JSON.stringify({ do: 'answer' }));

  expect(calls.count).toBe(81);
  expect(readFileSync(join(stack.logsFolder, 'step.log'), 'utf8')).toBe('');
});

test('A process that is idle for too long is stopped, and the next call starts another', async () => {
  await using stack = await openFixture('idle', { maxIdleSeconds: 0.05 });

  const first = await callForPid(stack, 'step');
  await untilExited(first);

  expect(await callForPid(stack, 'step')).not.toBe(first);
});

test('No more processes are idle than allowed: the longest idle one is stopped for another function', async () => {
  await using stack = await openFixture('processes', { maxIdle: 1 });

  const step = await callForPid(stack, 'step');
  const other = await callForPid(stack, 'other');
  await untilExited(step);

  expect(isRunning(other)).toBe(true);
  expect(await callForPid(stack, 'other')).toBe(other);
});

/** The outputs of the children that succeeded. */
async function readResults(stack: LocalStack) {
  const { objects } = createClients(stack.endpoint);
  const Bucket = stack.outputs.InboxBucketName;
  const { Contents = [] } = await objects.send(new ListObjectsV2Command({ Bucket, Prefix: 'results/' }));
  const key = Contents.map(({ Key = '' }) => Key).find((each) => each.includes('SUCCEEDED'));
  const { Body } = await objects.send(new GetObjectCommand({ Bucket, Key: key }));
  const children = z
    .array(z.object({ Output: z.string() }))
    .parse(JSON.parse((await Body?.transformToString()) ?? ''));
  const output = z.object({ pid: z.number(), event: z.object({ row: z.number() }) });
  return children.map(({ Output }) => output.parse(JSON.parse(Output)));
}
