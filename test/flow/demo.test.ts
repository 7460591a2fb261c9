import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { makeCliFolder } from '../support/cli/cli-folder.ts';
import { functionPids, noProc } from '../support/functions/function-pids.ts';

const cli = makeCliFolder([]);
// It builds its functions itself, like on a machine that has built nothing yet.
const dataFolder = join(cli.folder, 'first');

test('The demo succeeds, leaves no process running and no file outside its data folder', async ({ skip }) => {
  skip(process.platform !== 'linux', noProc);
  const before = readdirSync(cli.folder).toSorted();

  const { exitCode, stdout, stderr } = await cli.startIn({ dataFolder }, 'demo', '--json').ended;

  expect(exitCode, stderr).toBe(0);
  const report = join(dataFolder, 'demo', 'report.html');
  expect(JSON.parse(stdout)).toMatchObject({ asExpected: true, report });
  expect(existsSync(report)).toBe(true);
  expect(readdirSync(cli.folder).toSorted()).toEqual([...before, 'first'].toSorted());
  expect(readdirSync(cli.home)).toEqual([]);
  expect(functionPids({ dataFolder })).toEqual([]);
});
