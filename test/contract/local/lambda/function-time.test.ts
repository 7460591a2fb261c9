import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { startCli } from '../../../support/cli/run-cli.ts';
import { callStep, runFixture, startMap } from '../fixture-clients.ts';
import { startFixture } from '../fixture-stack.ts';

const folder = mkdtempSync(join(tmpdir(), 'local-function-time-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const limits = [
  { title: 'a shorter timeout than in the template', functionSeconds: 1, says: '1.00' },
  { title: 'no longer timeout than in the template', functionSeconds: 900, says: '2.00' },
];

test.each(limits)('A function has $title', async ({ functionSeconds, says }) => {
  await using stack = disposable(
    await startFixture(join(folder, says), { functionSeconds, templateSeconds: 2 }),
  );

  const { error, cause } = await runFixture(stack, { do: 'hang' });

  expect(error).toBe('Sandbox.Timedout');
  expect(cause).toContain(`Task timed out after ${says} seconds`);
});

test('A stack that closes while a Map runs leaves no function behind', async () => {
  const stack = await startFixture(join(folder, 'closed'));
  const { pid } = await callStep(stack, { do: 'answer' });
  await startMap(stack, [{ do: 'hang' }, { do: 'hang' }]);

  await stack.close();

  expect(() => process.kill(pid, 0)).toThrow('ESRCH');
});

test.each([
  ['--function-time', '0'],
  ['--function-time', '1.5'],
  ['--function-time', 'soon'],
  ['--concurrency', '0'],
])('A %s of %s is refused, and nothing starts', async (option, text) => {
  const dataFolder = join(folder, 'unused');

  const { exitCode, stderr } = await startCli(['local', 'up', option, text, '--data', dataFolder]).ended;

  expect(exitCode).toBe(2);
  expect(stderr).toContain(`${option} must be a whole number from 1, not '${text}'`);
  expect(existsSync(dataFolder)).toBe(false);
});

function disposable<T extends { close(): Promise<void> }>(stack: T): T & AsyncDisposable {
  return { ...stack, [Symbol.asyncDispose]: () => stack.close() };
}
