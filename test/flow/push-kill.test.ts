import { expect, test } from 'vitest';
import { functionPids, noProc } from '../support/stage/function-pids.ts';
import { sha256 } from '../support/stage/sha256.ts';
import { startTestPartner } from '../support/stage/test-partner.ts';
import { startTestStage } from '../support/stage/test-stage.ts';
import { until } from '../support/stage/until.ts';

const push = { direction: 'push' };
const rounds = 3;
const killsPerRound = 2;
const filesPerRound = 12;
const fileBytes = 256 * 1024;
/** On a machine that is busy with much else, a round with its kills takes a quarter of this. */
const roundPatienceMs = 60_000;

/** The connection of a killed worker is free after a minute: with one more than there are kills, nobody waits for it. */
const maxConnections = rounds * killsPerRound + 1;

const slow = await startTestPartner('slow', {
  connection: { maxConnections },
  server: { paceBytesPerSecond: 2 * 1024 * 1024 },
  flows: { files: push },
});
const unsure = await startTestPartner('unsure', {
  flows: { files: push, replaced: { ...push, overwrite: 'replace' } },
});
const { dataFolder, queues, push: pushOf } = await startTestStage([slow, unsure], { waitScale: 0.0002 });

test('A worker that is killed at any moment leaves each object delivered once, recorded, under one name', {
  timeout: rounds * roundPatienceMs,
}, async ({ skip }) => {
  skip(process.platform !== 'linux', noProc);
  const files = pushOf('slow');
  const contents = new Map<string, Buffer>();
  let killsAmidWork = 0;
  for (let round = 0; round < rounds; round++) {
    for (let number = 0; number < filesPerRound; number++) {
      const path = `${round}/${number}.bin`;
      const content = Buffer.alloc(fileBytes, `${path} `);
      contents.set(path, content);
      await files.put(path, content);
    }
    for (let kill = 0; kill < killsPerRound; kill++) {
      // A delivery is about 15 commands: the kill may come at any of them.
      const moment = slow.server.log.length + Math.ceil(Math.random() * 40);
      await until('the partner is asked', () => (slow.server.log.length >= moment ? 'asked' : undefined));
      if (slow.server.sessions.now > 0) killsAmidWork += 1;
      killOneWorker();
    }
    await queues.quiet();
  }

  expect(killsAmidWork).toBeGreaterThan(0);
  for (const [path, content] of contents) {
    expect(slow.tree.bytesOf(`/files/${path}`).equals(content)).toBe(true);
    expect((await files.record(path)).delivered).toMatchObject({ sizeBytes: fileBytes });
  }
  expect(await filesBelow('/files', slow.tree)).toEqual(
    [...contents.keys()].map((path) => `/files/${path}`).sort(),
  );
  expect(await files.attention()).toEqual({});
  expect(await queues.count('pushDeadLetters')).toBe(0);
  expect(slow.server.sessions.peak).toBeLessThanOrEqual(maxConnections);
});

test('A partner that hangs up right after RNTO has the file once, and is not sent it again', async () => {
  const files = pushOf('unsure');
  unsure.server.fault({
    on: 'RNTO',
    path: '/files/a.xml',
    do: { kind: 'cut-control', when: 'after', with: 'reset' },
  });

  await files.put('a.xml', 'ours');
  await queues.quiet();

  expect(unsure.tree.bytesOf('/files/a.xml').toString()).toBe('ours');
  expect(commandsFor('/files/', 'RNTO')).toHaveLength(1);
  expect(commandsFor('/files/', 'STOR')).toHaveLength(1);
  expect((await files.record('a.xml')).delivered).toMatchObject({
    verification: 'looked',
    path: '/files/a.xml',
  });
  expect(await filesBelow('/files', unsure.tree)).toEqual(['/files/a.xml']);
  expect(await files.attention()).toEqual({});
});

test('The same is settled where an older file of another size was replaced', async () => {
  unsure.tree.put('/replaced/a.xml', { content: 'of the partner' });
  unsure.server.fault({
    on: 'RNTO',
    path: '/replaced/a.xml',
    do: { kind: 'cut-control', when: 'after', with: 'fin' },
  });

  await pushOf('unsure', 'replaced').put('a.xml', 'ours');
  await queues.quiet();

  expect(unsure.tree.bytesOf('/replaced/a.xml').toString()).toBe('ours');
  expect(commandsFor('/replaced/', 'STOR')).toHaveLength(1);
  expect((await pushOf('unsure', 'replaced').record('a.xml')).delivered?.verification).toBe('looked');
});

test('A worker that is killed while RNTO is on its way is followed by one that looks', async ({ skip }) => {
  skip(process.platform !== 'linux', noProc);
  const files = pushOf('unsure');
  unsure.server.fault({ on: 'RNTO', path: '/files/silent.xml', times: 1, do: { kind: 'silence' } });
  await files.put('silent.xml', 'ours');
  await until('RNTO was sent', () => commandsFor('/files/silent.xml', 'RNTO')[0]);

  for (const pid of functionPids({ dataFolder, step: 'push-file' })) process.kill(pid, 'SIGKILL');
  await queues.quiet();

  expect(unsure.tree.bytesOf('/files/silent.xml').toString()).toBe('ours');
  expect((await files.record('silent.xml')).delivered?.sha256).toBe(sha256('ours'));
  expect((await filesBelow('/files', unsure.tree)).filter((path) => path.endsWith('.part'))).toEqual([]);
});

function killOneWorker(): void {
  const pids = functionPids({ dataFolder, step: 'push-file' });
  const pid = pids[Math.floor(Math.random() * pids.length)];
  if (pid !== undefined) process.kill(pid, 'SIGKILL');
}

function commandsFor(path: string, command: string) {
  return unsure.server.log.filter((entry) => entry.command === command && entry.argument.startsWith(path));
}

async function filesBelow(path: string, tree: typeof slow.tree): Promise<readonly string[]> {
  const found: string[] = [];
  for (const { name, entry } of await tree.list(path)) {
    const below = `${path}/${name}`;
    if (entry.kind === 'directory') found.push(...(await filesBelow(below, tree)));
    else found.push(below);
  }
  return found.toSorted();
}
