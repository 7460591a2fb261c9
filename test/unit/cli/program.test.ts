import { readdirSync } from 'node:fs';
import { basename, join } from 'node:path';
import { expect, test } from 'vitest';
import { projectRoot } from '../../infra/stage.ts';
import { runInProcess } from '../../support/cli/run-in-process.ts';

const commandFiles = readdirSync(join(projectRoot, 'cli/commands'), { recursive: true, encoding: 'utf8' })
  .filter((file) => file.endsWith('.ts'))
  .map((file) => basename(file, '.ts'));

test('--help lists every command file by its name, and ends with 0', async () => {
  const { exitCode, stdout, stderr } = await runInProcess('--help');

  const listed = [...stdout.matchAll(/^ {2}([a-z]+) .*$/gm)].map(([, name]) => name);
  expect(listed.toSorted()).toEqual([...commandFiles, 'help'].toSorted());
  expect(stderr).toBe('');
  expect(exitCode).toBe(0);
});

test.each(commandFiles.filter((name) => !['secret', 'local'].includes(name)))(
  'The help of %s has its own options before the common ones',
  async (name) => {
    const { exitCode, stdout } = await runInProcess(`${name} --help`);

    expect(stdout).toContain(`Usage: ftps-sync ${name} `);
    const headings = [...stdout.matchAll(/^\w.*:$/gm)].map(([heading]) => heading);
    expect(headings.at(-1)).toBe('Common options:');
    expect(['Options:,Common options:', 'Common options:']).toContain(headings.join());
    expect(exitCode).toBe(0);
  },
);

test('A mistyped command ends with 2, suggests one, and says where the help is', async () => {
  const { exitCode, stdout, stderr } = await runInProcess('staus');

  expect(stderr).toContain("unknown command 'staus'\n(Did you mean status?)");
  expect(stderr).toContain("See 'ftps-sync --help'.");
  expect(stdout).toBe('');
  expect(exitCode).toBe(2);
});

test('A missing argument ends with 2 and names the help of the command', async () => {
  const { exitCode, stderr } = await runInProcess('secret put');

  expect(stderr).toContain("missing required argument 'partner'");
  expect(stderr).toContain("See 'ftps-sync secret put --help'.");
  expect(exitCode).toBe(2);
});
