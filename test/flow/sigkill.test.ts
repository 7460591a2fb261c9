import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { generatedSha256 } from '../support/ftps-server/generated-content.ts';
import { makeCliFolder } from '../support/stage/cli-folder.ts';
import { functionPids, noProc } from '../support/stage/function-pids.ts';
import { sha256 } from '../support/stage/sha256.ts';
import { startTestPartner } from '../support/stage/test-partner.ts';
import { openTestStage } from '../support/stage/test-stage.ts';

const mebibyte = 1024 * 1024;
const big = { sizeBytes: 40 * mebibyte, seed: 11 };
const smallFiles = 60;

/**
 * How far a run is, in steps at the partner: a command counts as one, and so does a mebibyte sent. A whole run has about
 * 400; the small files come beside the first mebibytes of the big one, which goes on alone.
 */
const storms = [
  { flow: 'listing', killsAt: [3, 12, 30] },
  { flow: 'early', killsAt: [60, 100, 150] },
  { flow: 'halfway', killsAt: [250, 40, 90] },
  { flow: 'late', killsAt: [390, 25, 45] },
  { flow: 'ending', killsAt: ['all sent'] },
] as const;

const acme = await startTestPartner('acme', {
  server: { paceBytesPerSecond: 24 * mebibyte },
  flows: Object.fromEntries(storms.map(({ flow }) => [flow, {}])),
});
const { tree, server } = acme;
const cli = makeCliFolder([acme]);
await cli.run('status');

test.for(storms)(
  'A command that is killed again and again ($flow) leaves each file once, whole and recorded',
  async ({ flow, killsAt }, { skip }) => {
    skip(process.platform !== 'linux', noProc);
    const expected = new Map([['big.bin', generatedSha256(big)]]);
    tree.put(`/${flow}/big.bin`, { content: big });
    for (let number = 1; number <= smallFiles; number++) {
      const content = `${flow} ${number}\n`.repeat(200);
      tree.put(`/${flow}/nested/${number}.csv`, { content });
      expected.set(`nested/${number}.csv`, sha256(content));
    }

    for (const moment of killsAt) await killAt(flow, moment);
    const completing = await cli.run('run', 'acme', flow);
    await using stage = await openTestStage(cli);
    const next = await stage.flow('acme', flow).pull();

    expect(completing).toMatchObject({ exitCode: 0 });
    expect(next.report).toMatchObject({ status: 'succeeded', listed: 61, transferred: 0, skipped: 61 });
    const objects = await stage.flow('acme', flow).objects();
    const versions = [...objects].map(([path, [newest, ...older]]) => [path, newest?.sha256, older.length]);
    expect(versions.toSorted()).toEqual([...expected].map((each) => [...each, 0]).toSorted());
    expect(await stage.flow('acme', flow).entries()).toHaveLength(expected.size);
    expect(await stage.flow('acme', flow).openUploads()).toEqual([]);
  },
);

/** Starts a run, kills the command at the moment, and waits until its functions have gone with it. */
async function killAt(flow: string, moment: number | 'all sent'): Promise<void> {
  const startSteps = steps();
  const sentBefore = server.transfers.length;
  const { child, ended } = cli.start('run', 'acme', flow);
  const isReached = () =>
    moment === 'all sent'
      ? server.sessions.now === 0 && server.transfers.length - sentBefore > smallFiles
      : steps() - startSteps >= moment;
  while (!isReached() && child.exitCode === null) await sleep(1);
  await sleep(Math.random() * 20);

  expect(child.exitCode, 'the run had ended before the moment came').toBeNull();
  child.kill('SIGKILL');
  await ended;
  // The test's own timeout ends this where a function stays.
  while (functionPids(cli).length > 0) await sleep(10);
}

function steps(): number {
  const sentBytes = server.transfers.reduce((sum, { bytes }) => sum + bytes, 0);
  return server.log.length + Math.floor(sentBytes / mebibyte);
}
