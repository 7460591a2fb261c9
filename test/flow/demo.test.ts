import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { makeCliFolder } from '../support/stage/cli-folder.ts';
import { functionPids, noProc } from '../support/stage/function-pids.ts';

const cli = makeCliFolder([]);

test('The demo ends well, leaves nothing running and nothing outside of its data folder', async ({
  skip,
}) => {
  skip(process.platform !== 'linux', noProc);
  const before = readdirSync(cli.folder).toSorted();

  const { exitCode, stdout } = await cli.run('demo', '--json');

  expect(exitCode).toBe(0);
  const report = join(cli.dataFolder, 'demo', 'report.html');
  expect(JSON.parse(stdout)).toMatchObject({ asExpected: true, report });
  expect(existsSync(report)).toBe(true);
  expect(readdirSync(cli.folder).toSorted()).toEqual([...before, 'data'].toSorted());
  expect(readdirSync(cli.home)).toEqual([]);
  expect(functionPids(cli)).toEqual([]);
});
