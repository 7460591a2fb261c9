import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { generatedSha256 } from '../support/ftps-server/generated-content.ts';
import { makeCliFolder } from '../support/stage/cli-folder.ts';
import { functionPids, noProc } from '../support/stage/function-pids.ts';
import { forget, ledgerItems } from '../support/stage/ledger-items.ts';
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
  { flow: 'listing', killsAt: [3, 30] },
  { flow: 'early', killsAt: [60, 150] },
  { flow: 'late', killsAt: [390, 45] },
  { flow: 'ending', killsAt: ['all sent'] },
] as const;

const acme = await startTestPartner('acme', {
  server: { paceBytesPerSecond: 24 * mebibyte },
  flows: {
    ...Object.fromEntries(storms.map(({ flow }) => [flow, {}])),
    cleared: { after: 'delete' },
    first: {},
  },
});
const { tree, server } = acme;
const cli = makeCliFolder([acme]);
// Somebody who is killed at the first login with a secret keeps all others from trying it for 90 seconds: an account may be locked.
tree.put('/first/a.csv', { content: 'a' });
await cli.run('run', 'acme', 'first');

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

test('A command that is killed while it clears the partner has lost nothing, and the next one clears the rest', async ({
  skip,
}) => {
  skip(process.platform !== 'linux', noProc);
  for (let number = 1; number <= smallFiles; number++)
    tree.put(`/cleared/${number}.csv`, { content: `${number}` });
  // However busy the machine is, the kill comes before the last of them.
  server.fault({ on: 'DELE', path: /^\/cleared\//, do: { kind: 'delay', delayMs: 100 } });

  await killWhen('cleared', () => deleted() >= 10);
  const left = deleted();
  const completing = await cli.run('run', 'acme', 'cleared', '--json');

  expect(left).toBeLessThan(smallFiles);
  expect(completing.exitCode).toBe(0);
  expect(JSON.parse(completing.stdout)).toMatchObject({ transferred: 0, notCleared: 0 });
  expect([...(await tree.list('/cleared'))]).toEqual([]);
  await using stage = await openTestStage(cli);
  const objects = await stage.flow('acme', 'cleared').objects();
  expect([...objects.values()].map((versions) => versions.length)).toEqual(Array(smallFiles).fill(1));
});

function deleted(): number {
  return server.log.filter(({ command }) => command === 'DELE').length;
}

async function killAt(flow: string, moment: number | 'all sent'): Promise<void> {
  const [stepsBefore, sentBefore] = [steps(), server.transfers.length];
  await killWhen(flow, () =>
    moment === 'all sent'
      ? server.sessions.now === 0 && server.transfers.length - sentBefore > smallFiles
      : steps() - stepsBefore >= moment,
  );
}

/** Starts a run, kills the command when the moment has come, and waits until its functions have gone with it. */
async function killWhen(flow: string, isReached: () => boolean): Promise<void> {
  const { child, ended } = cli.start('run', 'acme', flow);
  while (!isReached() && child.exitCode === null) await sleep(1);
  await sleep(Math.random() * 20);

  expect(child.exitCode, 'the run had ended before the moment came').toBeNull();
  child.kill('SIGKILL');
  await ended;
  // The test's own timeout ends this where a function stays.
  while (functionPids(cli).length > 0) await sleep(10);
  await lapseSlots();
}

/** The connections of the dead are free after a minute, which nobody waits for here. */
async function lapseSlots(): Promise<void> {
  await using stage = await openTestStage(cli);
  const slots = await ledgerItems(stage.stage.table, ({ sk }) => sk.startsWith('SLOT#'));
  for (const slot of slots) await forget(stage.stage.table, slot);
}

function steps(): number {
  const sentBytes = server.transfers.reduce((sum, { bytes }) => sum + bytes, 0);
  return server.log.length + Math.floor(sentBytes / mebibyte);
}
