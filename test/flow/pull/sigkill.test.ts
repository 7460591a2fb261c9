import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { generatedSha256 } from '../../../testing/ftps-server/tree/generated-content.ts';
import { makeCliFolder } from '../../support/cli/cli-folder.ts';
import { functionPids, noProc } from '../../support/functions/function-pids.ts';
import { startTestPartner } from '../../support/partner/test-partner.ts';
import { sha256 } from '../../support/sha256.ts';
import { openTestStage } from '../../support/stage/test-stage.ts';
import { forget, ledgerItems } from '../../support/stored/ledger-items.ts';
import { waitUntil } from '../../support/wait-until.ts';

const mebibyte = 1024 * 1024;
const big = { sizeBytes: 40 * mebibyte, seed: 11 };
const smallFiles = 60;

/**
 * When the command is killed, in steps of the partner: each FTP command and each mebibyte sent is a step. A
 * complete run has about 400. The small files are transferred next to the first mebibytes of the big one.
 */
const killPlans = [
  { flow: 'listing', killsAt: [3, 30] },
  { flow: 'early', killsAt: [60, 150] },
  { flow: 'late', killsAt: [390, 45] },
  { flow: 'ending', killsAt: ['all sent'] },
] as const;

const acme = await startTestPartner('acme', {
  server: { paceBytesPerSecond: 24 * mebibyte },
  flows: {
    ...Object.fromEntries(killPlans.map(({ flow }) => [flow, {}])),
    disposed: { after: 'delete' },
    first: {},
  },
});
const { tree, server } = acme;
const cli = makeCliFolder([acme]);
// A process that is killed during the first login with a secret would block all others for 90 seconds, so
// that no account gets locked.
tree.put('/first/a.csv', { content: 'a' });
await cli.run('run', 'acme', 'first');

test.for(killPlans)(
  'A command that is killed repeatedly ($flow) leaves each file once, complete and recorded',
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

test('A command that is killed while it disposes of files loses nothing, and the next one disposes of the rest', async ({
  skip,
}) => {
  skip(process.platform !== 'linux', noProc);
  for (let number = 1; number <= smallFiles; number++)
    tree.put(`/disposed/${number}.csv`, { content: `${number}` });
  // Slows the deletions down, so that the kill comes before the last one on any machine.
  server.fault({ on: 'DELE', path: /^\/disposed\//, do: { kind: 'delay', delayMs: 100 } });

  await killWhen('disposed', () => deleted() >= 10);
  const left = deleted();
  const completing = await cli.run('run', 'acme', 'disposed', '--json');

  expect(left).toBeLessThan(smallFiles);
  expect(completing.exitCode).toBe(0);
  expect(JSON.parse(completing.stdout)).toMatchObject({ transferred: 0, notDisposed: 0 });
  expect([...(await tree.list('/disposed'))]).toEqual([]);
  await using stage = await openTestStage(cli);
  const objects = await stage.flow('acme', 'disposed').objects();
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

/** Starts a run, kills the command when `isReached`, and waits until its functions have ended too. */
async function killWhen(flow: string, isReached: () => boolean): Promise<void> {
  const { child, ended } = cli.start('run', 'acme', flow);
  while (!isReached() && child.exitCode === null) await sleep(1);
  await sleep(Math.random() * 20);

  expect(child.exitCode, 'the run ended before it could be killed').toBeNull();
  child.kill('SIGKILL');
  await ended;
  await waitUntil({
    what: 'the functions have ended',
    check: () => functionPids(cli).length === 0,
    progress: () => functionPids(cli),
  });
  await freeSlots();
}

/** Frees the connection slots of killed functions, which would expire after a minute. */
async function freeSlots(): Promise<void> {
  await using stage = await openTestStage(cli);
  const slots = await ledgerItems(stage.stage.table, ({ sk }) => sk.startsWith('SLOT#'));
  for (const slot of slots) await forget(stage.stage.table, slot);
}

function steps(): number {
  const sentBytes = server.transfers.reduce((sum, { bytes }) => sum + bytes, 0);
  return server.log.length + Math.floor(sentBytes / mebibyte);
}
