import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { startCli } from '../../support/stage/run-cli.ts';
import { answerOf, runFixture, startShare } from './fixture-clients.ts';
import { startFixture } from './fixture-stack.ts';

const folder = mkdtempSync(join(tmpdir(), 'local-function-time-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const limits = [
  { title: 'less time than the template says where the stack is told so', functionSeconds: 1, says: '1.00' },
  { title: 'no more time than the template says', functionSeconds: 900, says: '2.00' },
];

test.each(limits)('Functions have $title', async ({ functionSeconds, says }) => {
  await using stack = disposable(await startFixture(join(folder, says), { functionSeconds }));

  const { error, cause } = await runFixture(stack, { do: 'hang' });

  expect(error).toBe('Sandbox.Timedout');
  expect(cause).toContain(`Task timed out after ${says} seconds`);
});

test('A stack that is closed while a Map runs leaves no function behind', async () => {
  const stack = await startFixture(join(folder, 'closed'));
  const { pid } = await answerOf(stack, { do: 'answer' });
  await startShare(stack, [{ do: 'hang' }, { do: 'hang' }]);

  await stack.close();

  expect(() => process.kill(pid, 0)).toThrow('ESRCH');
});

test.each(['0', '1.5', 'soon'])('A --function-time of %s is told, and nothing is started', async (text) => {
  const dataFolder = join(folder, 'unused');

  const { exitCode, stderr } = await startCli(['local', 'up', '--function-time', text, '--data', dataFolder])
    .ended;

  expect(exitCode).toBe(2);
  expect(stderr).toContain(`--function-time must be a whole number of seconds from 1, not '${text}'`);
  expect(existsSync(dataFolder)).toBe(false);
});

function disposable<T extends { close(): Promise<void> }>(stack: T): T & AsyncDisposable {
  return { ...stack, [Symbol.asyncDispose]: () => stack.close() };
}
