import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { makeCliFolder } from '../support/stage/cli-folder.ts';
import { functionPids, noProc } from '../support/stage/function-pids.ts';

const cli = makeCliFolder([]);
// It builds its functions itself, as on a machine where nothing was built yet.
const dataFolder = join(cli.folder, 'first');

test('The demo ends well, leaves nothing running and nothing outside of its data folder', async ({
  skip,
}) => {
  skip(process.platform !== 'linux', noProc);
  const before = readdirSync(cli.folder).toSorted();

  const { exitCode, stdout } = await cli.startIn({ dataFolder }, 'demo', '--json').ended;

  expect(exitCode).toBe(0);
  const report = join(dataFolder, 'demo', 'report.html');
  expect(JSON.parse(stdout)).toMatchObject({ asExpected: true, report });
  expect(existsSync(report)).toBe(true);
  expect(readdirSync(cli.folder).toSorted()).toEqual([...before, 'first'].toSorted());
  expect(readdirSync(cli.home)).toEqual([]);
  expect(functionPids({ dataFolder })).toEqual([]);
});
