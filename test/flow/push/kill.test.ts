import { expect, test } from 'vitest';
import { functionPids, noProc } from '../../support/functions/function-pids.ts';
import { startTestPartner } from '../../support/partner/test-partner.ts';
import { sha256 } from '../../support/sha256.ts';
import { startTestStage } from '../../support/stage/test-stage.ts';
import { waitUntil } from '../../support/wait-until.ts';

const push = { direction: 'push' };
const rounds = 3;
const killsPerRound = 2;
const filesPerRound = 12;
const fileBytes = 256 * 1024;

/**
 * The slot of a killed worker expires after a minute. With one more slot than kills, no worker waits for
 * that.
 */
const maxConnections = rounds * killsPerRound + 1;

const slow = await startTestPartner('slow', {
  connection: { maxConnections },
  server: { paceBytesPerSecond: 2 * 1024 * 1024 },
  flows: { files: push },
});
const ambiguous = await startTestPartner('ambiguous', {
  flows: { files: push, replaced: { ...push, overwrite: 'replace' } },
});
const { dataFolder, queues, push: pushOf } = await startTestStage([slow, ambiguous], { waitScale: 0.0002 });

test('Killed workers leave each object delivered once, recorded, under one name', async ({ skip }) => {
  skip(process.platform !== 'linux', noProc);
  const files = pushOf('slow');
  const contents = new Map<string, Buffer>();
  let killsDuringSession = 0;
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
      await waitUntil({
        what: 'the partner has received enough commands',
        check: () => slow.server.log.length >= moment,
        progress: () => slow.server.log.length,
      });
      if (slow.server.sessions.now > 0) killsDuringSession += 1;
      killOneWorker();
    }
    await queues.quiet();
  }

  expect(killsDuringSession).toBeGreaterThan(0);
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

test('A file whose connection was lost right after RNTO is not sent again', async () => {
  const files = pushOf('ambiguous');
  ambiguous.server.fault({
    on: 'RNTO',
    path: '/files/a.xml',
    do: { kind: 'cut-control', when: 'after', with: 'reset' },
  });

  await files.put('a.xml', 'ours');
  await queues.quiet();

  expect(ambiguous.tree.bytesOf('/files/a.xml').toString()).toBe('ours');
  expect(commandsFor('/files/', 'RNTO')).toHaveLength(1);
  expect(commandsFor('/files/', 'STOR')).toHaveLength(1);
  expect((await files.record('a.xml')).delivered).toMatchObject({
    verification: 'inferred',
    path: '/files/a.xml',
  });
  expect(await filesBelow('/files', ambiguous.tree)).toEqual(['/files/a.xml']);
  expect(await files.attention()).toEqual({});
});

test('A replaced file of another size whose connection was lost right after RNTO is not sent again', async () => {
  ambiguous.tree.put('/replaced/a.xml', { content: 'of the partner' });
  ambiguous.server.fault({
    on: 'RNTO',
    path: '/replaced/a.xml',
    do: { kind: 'cut-control', when: 'after', with: 'fin' },
  });

  await pushOf('ambiguous', 'replaced').put('a.xml', 'ours');
  await queues.quiet();

  expect(ambiguous.tree.bytesOf('/replaced/a.xml').toString()).toBe('ours');
  expect(commandsFor('/replaced/', 'STOR')).toHaveLength(1);
  expect((await pushOf('ambiguous', 'replaced').record('a.xml')).delivered?.verification).toBe('inferred');
});

test('The worker after one that was killed during RNTO checks what is at the partner', async ({ skip }) => {
  skip(process.platform !== 'linux', noProc);
  const files = pushOf('ambiguous');
  ambiguous.server.fault({ on: 'RNTO', path: '/files/silent.xml', times: 1, do: { kind: 'silence' } });
  await files.put('silent.xml', 'ours');
  await waitUntil({
    what: 'RNTO has been sent',
    check: () => commandsFor('/files/silent.xml', 'RNTO')[0],
    progress: () => ambiguous.server.log.length,
  });

  for (const pid of functionPids({ dataFolder, step: 'push-file' })) process.kill(pid, 'SIGKILL');
  await queues.quiet();

  expect(ambiguous.tree.bytesOf('/files/silent.xml').toString()).toBe('ours');
  expect((await files.record('silent.xml')).delivered?.sha256).toBe(sha256('ours'));
  expect((await filesBelow('/files', ambiguous.tree)).filter((path) => path.endsWith('.part'))).toEqual([]);
});

function killOneWorker(): void {
  const pids = functionPids({ dataFolder, step: 'push-file' });
  const pid = pids[Math.floor(Math.random() * pids.length)];
  if (pid !== undefined) process.kill(pid, 'SIGKILL');
}

function commandsFor(path: string, command: string) {
  return ambiguous.server.log.filter((entry) => entry.command === command && entry.argument.startsWith(path));
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
