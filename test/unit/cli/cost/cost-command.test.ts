import { expect, test } from 'vitest';
import { startCli } from '../../../support/cli/run-cli.ts';
import { runInProcess } from '../../../support/cli/run-in-process.ts';

test.each([
  ['cost', "required option '--files <count>' not specified"],
  ['cost --files 10', "required option '--bytes <amount>' not specified"],
  ['cost --files ten --bytes 1GB', "--files must be a whole number from 1, not 'ten'"],
  ['cost --files 10 --bytes 1GB --stage prod', "unknown option '--stage'"],
])('%s ends with 2 and says what is wrong', async (line, message) => {
  const { exitCode, stdout, stderr } = await runInProcess(line);

  expect(exitCode).toBe(2);
  expect(stdout).toBe('');
  expect(stderr).toContain(message);
});

test('--json prints one document with every line of the bill and its source', async () => {
  const { exitCode, stdout } = await startCli(['cost', '--files', '10', '--bytes', '1GB', '--json']).ended;

  expect(exitCode).toBe(0);
  expect(JSON.parse(stdout)).toMatchObject({
    workload: { files: 10, bytes: 1e9 },
    month: {
      lines: expect.arrayContaining([
        expect.objectContaining({
          service: 'Step Functions',
          quantity: 660,
          price: expect.objectContaining({
            usd: 25,
            source: 'https://aws.amazon.com/step-functions/pricing/',
          }),
        }),
      ]),
    },
  });
});
