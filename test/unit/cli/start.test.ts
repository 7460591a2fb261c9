import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import packageJson from '../../../package.json' with { type: 'json' };

const start = new URL('../../../cli/start.mjs', import.meta.url).pathname;

/** Starts the program on a Node that says it has this version. */
async function startOn(version: string) {
  const facts = `{ ...process.versions, node: '${version}' }`;
  const pretend = `data:text/javascript,Object.defineProperty(process, 'versions', { value: ${facts} })`;
  const run = promisify(execFile)(process.execPath, ['--import', pretend, start, '--version']);
  return await run.then(
    ({ stdout, stderr }) => ({ exitCode: 0, stdout, stderr }),
    ({ code, stdout, stderr }) => ({ exitCode: code, stdout, stderr }),
  );
}

test.each(['20.20.2', '22.23.1'])(
  'Node %s is refused in one line that names the right one',
  async (version) => {
    const { exitCode, stdout, stderr } = await startOn(version);

    expect(stderr).toMatch(/^ftps-sync needs Node 24 or newer; this is .*\n$/);
    expect(stdout).toBe('');
    expect(exitCode).toBe(2);
  },
);

test('The package says which Node it needs', async () => {
  expect(packageJson.engines.node).toBe('>=24');
  expect(await startOn('24.0.0')).toMatchObject({ exitCode: 0, stdout: `${packageJson.version}\n` });
});
