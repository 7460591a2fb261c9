import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { LocalStack } from '../../../../local/local-stack.ts';
import { callStep, runFixture } from '../fixture-clients.ts';
import { startFixture } from '../fixture-stack.ts';

let folder = '';
let stack: LocalStack;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'local-functions-'));
  stack = await startFixture(folder);
});

afterAll(async () => {
  await stack.close();
  rmSync(folder, { recursive: true, force: true });
});

test('A function receives the event and a context, in its own process', async () => {
  const answer = await callStep(stack, { do: 'answer', rows: ['à', 1] });

  expect(answer.event).toEqual({ do: 'answer', rows: ['à', 1] });
  expect(answer.context).toMatchObject({
    functionName: 'step',
    memoryLimitInMB: '256',
    invokedFunctionArn: 'arn:aws:lambda:us-east-1:000000000000:function:step',
  });
  expect(answer.pid).not.toBe(process.pid);
});

test('A function knows the rest of its timeout', async () => {
  const { remainingMs } = await callStep(stack, { do: 'answer' });

  expect(remainingMs).toBeGreaterThan(0);
  expect(remainingMs).toBeLessThanOrEqual(60_000);
});

test("A function has the variables of the template and of the stack, and not the operator's environment", async () => {
  process.env.OPERATORS_OWN = 'secret';

  const environment = await callStep(stack, { do: 'environment' });

  delete process.env.OPERATORS_OWN;
  expect(environment).toMatchObject({
    FIXTURE_TABLE: stack.outputs.TableName,
    AWS_ENDPOINT_URL: stack.endpoint,
    AWS_LAMBDA_FUNCTION_NAME: 'step',
  });
  expect(environment).not.toHaveProperty('OPERATORS_OWN');
  expect(environment).not.toHaveProperty('PATH');
});

test('The next invocation uses the same warm process', async () => {
  const first = await callStep(stack, { do: 'answer' });
  const second = await callStep(stack, { do: 'answer' });

  expect(second.pid).toBe(first.pid);
});

test('Concurrent invocations have separate processes', async () => {
  const slow = { do: 'answer', afterMs: 300 };
  const [one, two] = await Promise.all([callStep(stack, slow), callStep(stack, slow)]);

  expect(one.pid).not.toBe(two.pid);
});

const failures = [
  {
    title: 'an error that it throws',
    input: { do: 'throw', name: 'TransientError' },
    error: 'TransientError',
    says: 'on purpose',
  },
  {
    title: 'an unhandled rejection',
    input: { do: 'reject' },
    error: 'LooseRejection',
    says: 'outside',
  },
  {
    title: 'an exit of its process',
    input: { do: 'exit' },
    error: 'Runtime.ExitError',
    says: 'exit status 3',
  },
  {
    title: 'an answer that is too large',
    input: { do: 'grow', bytes: 6_291_457 },
    error: 'Function.ResponseSizeTooLarge',
    says: 'payload size',
  },
];

test.each(failures)('A function that fails with $title is a $error error', async ({ input, error, says }) => {
  const execution = await runFixture(stack, input);

  expect(execution.status).toBe('FAILED');
  expect(execution.error).toBe(error);
  expect(JSON.parse(execution.cause ?? '').errorMessage).toContain(says);
});

const timeouts = [
  {
    title: 'a promise that never settles',
    input: { do: 'hang' },
    error: 'Sandbox.Timedout',
    says: 'Task timed out after 2.00 seconds',
  },
  {
    title: 'a loop that never yields',
    input: { do: 'spin' },
    error: 'Sandbox.Timedout',
    says: 'Task timed out',
  },
];

test.each(timeouts)(
  'A function that exceeds its timeout with $title is a $error error',
  async ({ input, error, says }) => {
    const short = await startFixture(join(folder, 'short'), { functionSeconds: 2 });

    const execution = await runFixture(short, input);

    await short.close();
    expect(execution.error).toBe(error);
    expect(JSON.parse(execution.cause ?? '').errorMessage).toContain(says);
  },
);

test('Ctrl-C at the terminal does not reach a running function', async () => {
  const { pid } = await callStep(stack, { do: 'answer' });
  const running = callStep(stack, { do: 'answer', afterMs: 300 });
  process.kill(pid, 'SIGINT');

  const answer = await running;

  expect(answer.pid).toBe(pid);
});

test('A function answers again after a failure', async () => {
  await runFixture(stack, { do: 'exit' });

  const answer = await callStep(stack, { do: 'answer' });

  expect(answer.event).toEqual({ do: 'answer' });
});

test('The output of a function is in its log', async () => {
  await runFixture(stack, { do: 'print', text: 'a line for the log' });

  const log = readFileSync(join(stack.logsFolder, 'step.log'), 'utf8');

  expect(log).toContain('a line for the log\n');
});
