import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { LocalStack } from '../../../cli/local/local-stack.ts';
import { answerOf, runFixture } from './fixture-clients.ts';
import { startFixture } from './fixture-stack.ts';

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

test('A function gets the event and a context, in a process of its own', async () => {
  const answer = await answerOf(stack, { do: 'answer', rows: ['à', 1] });

  expect(answer.event).toEqual({ do: 'answer', rows: ['à', 1] });
  expect(answer.context).toMatchObject({
    functionName: 'step',
    memoryLimitInMB: '256',
    invokedFunctionArn: 'arn:aws:lambda:us-east-1:000000000000:function:step',
  });
  expect(answer.pid).not.toBe(process.pid);
});

test('A function knows how much of its timeout is left', async () => {
  const { remainingMs } = await answerOf(stack, { do: 'answer' });

  expect(remainingMs).toBeGreaterThan(0);
  expect(remainingMs).toBeLessThanOrEqual(2000);
});

test("A function sees the template's variables and the stack, and not the operator's own environment", async () => {
  process.env.OPERATORS_OWN = 'secret';

  const environment = await answerOf(stack, { do: 'environment' });

  delete process.env.OPERATORS_OWN;
  expect(environment).toMatchObject({
    FIXTURE_TABLE: stack.outputs.TableName,
    AWS_ENDPOINT_URL: stack.endpoint,
    AWS_LAMBDA_FUNCTION_NAME: 'step',
  });
  expect(environment).not.toHaveProperty('OPERATORS_OWN');
  expect(environment).not.toHaveProperty('PATH');
});

test('The next invocation finds the same process, warm', async () => {
  const first = await answerOf(stack, { do: 'answer' });
  const second = await answerOf(stack, { do: 'answer' });

  expect(second.pid).toBe(first.pid);
});

test('Invocations at the same time have a process each', async () => {
  const slow = { do: 'answer', afterMs: 300 };
  const [one, two] = await Promise.all([answerOf(stack, slow), answerOf(stack, slow)]);

  expect(one.pid).not.toBe(two.pid);
});

const failures = [
  {
    title: 'an error of its own',
    input: { do: 'throw', name: 'TransientFault' },
    error: 'TransientFault',
    says: 'on purpose',
  },
  {
    title: 'a rejection that nobody awaits',
    input: { do: 'reject' },
    error: 'LooseRejection',
    says: 'outside',
  },
  {
    title: 'an end of its process',
    input: { do: 'exit' },
    error: 'Runtime.ExitError',
    says: 'exit status 3',
  },
  {
    title: 'waiting for ever',
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
  {
    title: 'too large an answer',
    input: { do: 'grow', bytes: 6_291_457 },
    error: 'Function.ResponseSizeTooLarge',
    says: 'payload size',
  },
];

test.each(failures)(
  'A function that fails by $title is caught under the name $error',
  async ({ input, error, says }) => {
    const execution = await runFixture(stack, input);

    expect(execution.status).toBe('FAILED');
    expect(execution.error).toBe(error);
    expect(JSON.parse(execution.cause ?? '').errorMessage).toContain(says);
  },
);

test('Ctrl-C at the terminal does not reach a running function', async () => {
  const { pid } = await answerOf(stack, { do: 'answer' });
  const running = answerOf(stack, { do: 'answer', afterMs: 300 });
  process.kill(pid, 'SIGINT');

  const answer = await running;

  expect(answer.pid).toBe(pid);
});

test('After a failure the function answers again', async () => {
  await runFixture(stack, { do: 'exit' });

  const answer = await answerOf(stack, { do: 'answer' });

  expect(answer.event).toEqual({ do: 'answer' });
});

test('What a function prints is in its log', async () => {
  await runFixture(stack, { do: 'print', text: 'a line for the log' });

  const log = readFileSync(join(stack.logsFolder, 'step.log'), 'utf8');

  expect(log).toContain('a line for the log\n');
});
