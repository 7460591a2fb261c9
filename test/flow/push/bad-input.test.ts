import { readFileSync } from 'node:fs';
import { PutObjectCommand } from '@aws-sdk/client-s3';
import { expect, test } from 'vitest';
import { redriveAll } from '../../../cli/commands/operate/redrive.ts';
import { deliveryGroup } from '../../../lambdas/core/delivery/delivery-group.ts';
import { parseRemotePath } from '../../../lambdas/core/path/remote-path.ts';
import { type FtpsServer, startFtpsServer } from '../../../testing/ftps-server/server.ts';
import { functionPids, noProc } from '../../support/functions/function-pids.ts';
import { startTestPartner, testPassword, testUser } from '../../support/partner/test-partner.ts';
import { sha256 } from '../../support/sha256.ts';
import { putEvent } from '../../support/stage/put-events.ts';
import type { TestPush } from '../../support/stage/test-push.ts';
import { startTestStage } from '../../support/stage/test-stage.ts';
import { waitUntil } from '../../support/wait-until.ts';

const push = { direction: 'push' };
const acme = await startTestPartner('acme', {
  flows: {
    gone: push,
    purged: push,
    replaced: push,
    odd: push,
    hostile: push,
    marked: { ...push, doneFile: '{name}.done', checksumFile: 'sha256' },
    large: push,
  },
});
const { tree, server } = acme;
const awayConnections = 2;
const away = await startTestPartner('away', {
  connection: { maxConnections: awayConnections },
  flows: { files: { ...push, overwrite: 'replace' } },
});
const {
  dataFolder,
  stack,
  stage,
  queues,
  push: pushOf,
} = await startTestStage([acme, away], {
  waitScale: 0.0005,
});

test('An object that is deleted before its delivery is not delivered, and raises no issue', async () => {
  const gone = pushOf('acme', 'gone');
  const stop = server.fault({ on: 'connect', do: { kind: 'reply', code: 421, text: 'Later.' } });
  await gone.put('a.xml', 'ours');
  await waitUntil({
    what: 'the delivery has failed once',
    check: async () => (await gone.issues()).length > 0,
  });

  await gone.delete('a.xml');
  stop();
  await queues.quiet();

  expect(await listNames('/gone')).toEqual([]);
  expect(await gone.attention()).toEqual({});
  expect(await queues.count('pushDeadLetters')).toBe(0);
});

test('A version that is deleted during its delivery never gets its final name', async () => {
  const purged = pushOf('acme', 'purged');
  const put = Promise.withResolvers<string>();
  // CWD comes after the worker has found the object and before it reads it.
  const change = async () => purged.delete('a.xml', await put.promise);
  server.fault({ on: 'CWD', path: '/purged', times: 1, do: { kind: 'beforehand', change } });

  put.resolve(await purged.put('a.xml', 'ours'));
  await queues.quiet();

  expect(sent('CWD', '/purged').length).toBeGreaterThan(0);
  expect(sent('RNTO', '/purged/')).toEqual([]);
  expect(await listNames('/purged')).toEqual([]);
  expect(await purged.attention()).toEqual({});
});

test('Only the newest version of an object that is replaced before its delivery is delivered', async () => {
  const replaced = pushOf('acme', 'replaced');
  const stop = server.fault({ on: 'connect', do: { kind: 'reply', code: 421, text: 'Later.' } });
  for (const content of ['first', 'second', 'third']) await replaced.put('a.xml', content);
  // One object is in one group.
  await waitUntil({
    what: 'no attempt with an older version is running',
    check: failedInAllGroups(replaced, 1),
  });
  stop();

  await queues.quiet();

  expect(tree.bytesOf('/replaced/a.xml').toString()).toBe('third');
  expect(sent('STOR', '/replaced/')).toHaveLength(1);
  expect(await replaced.attention()).toEqual({});
});

test('An empty object arrives as an empty file', async () => {
  await pushOf('acme', 'odd').put('empty.xml', '');

  await queues.quiet();

  expect(tree.bytesOf('/odd/empty.xml')).toHaveLength(0);
  expect((await pushOf('acme', 'odd').record('empty.xml')).delivered?.sha256).toBe(sha256(''));
});

test('A key that leads out of the directory or is an invalid name is not delivered, and reported', async () => {
  const hostile = pushOf('acme', 'hostile');
  const keys = ['../evil.xml', 'a/../../evil.xml', 'two\nlines.xml', 'a//b.xml', './c.xml'];
  const before = server.log.length;
  for (const key of keys) await hostile.put(key, 'x');

  await queues.quiet();
  const { exitCode } = await hostile.run();

  expect(Object.keys(await hostile.attention()).toSorted()).toEqual(keys.toSorted());
  expect(new Set(Object.values(await hostile.attention()))).toEqual(
    new Set(['dot-component', 'control-character', 'empty']),
  );
  expect(server.log.slice(before).filter(({ command }) => command === 'STOR')).toEqual([]);
  expect(exitCode).toBe(1);
});

test('A key that is reserved for a marker or a checksum is not delivered, and the object itself is', async () => {
  const marked = pushOf('acme', 'marked');
  for (const key of ['a.xml', 'a.xml.done', 'a.xml.sha256']) await marked.put(key, key);

  await queues.quiet();

  expect(await marked.attention()).toEqual({
    'a.xml.done': 'reserved-name',
    'a.xml.sha256': 'reserved-name',
  });
  expect(tree.bytesOf('/marked/a.xml').toString()).toBe('a.xml');
  expect(tree.bytesOf('/marked/a.xml.done')).toHaveLength(0);
});

// Instead of the 5 GiB of a PUT: if the worker held the object in memory, it would exceed its limit.
const largeBytes = 200_000_000;
const memoryBytes = 320 * 1024 * 1024;

test('A worker streams a large object and holds little of it in memory', async ({ skip }) => {
  skip(process.platform !== 'linux', noProc);
  const content = Buffer.alloc(largeBytes, 'large ');

  await pushOf('acme', 'large').put('large.bin', content);
  await queues.quiet();

  expect((await pushOf('acme', 'large').record('large.bin')).delivered).toMatchObject({
    sizeBytes: largeBytes,
    sha256: sha256(content),
  });
  expect(tree.bytesOf('/large/large.bin').equals(content)).toBe(true);
  const peaks = functionPids({ dataFolder, step: 'push-file' }).map(peakMemoryBytes);
  expect(peaks.length).toBeGreaterThan(0);
  expect(Math.max(...peaks)).toBeLessThan(memoryBytes);
});

test('Nothing is lost while the partner is unavailable, and each newest version arrives once when it returns', async () => {
  const files = pushOf('away');
  await away.server.close();
  const paths = Array.from({ length: 12 }, (_, index) => `${index}.xml`);
  for (const path of paths) await files.put(path, 'old');
  for (const path of paths.slice(0, 4)) await files.put(path, 'new');
  await waitUntil({
    what: 'no attempt with an older version is running',
    check: failedInAllGroups(files, awayConnections),
  });

  await using back = await startAgain();
  await queues.quiet();
  // Deliveries that failed five times before the partner returned are in the dead-letter queue.
  await redriveAll(stage);
  await queues.quiet();

  for (const path of paths) {
    const expected = paths.indexOf(path) < 4 ? 'new' : 'old';
    expect(away.tree.bytesOf(`/files/${path}`).toString()).toBe(expected);
  }
  expect(await files.attention()).toEqual({});
  // Each newest version was uploaded once under its staging name and renamed once. No older version was sent.
  const uploaded = sent('STOR', '/files/', back).map((path) => path.replace(/\.[0-9a-f]{16}\.part$/, ''));
  expect(uploaded.toSorted()).toEqual(paths.map((path) => `/files/.${path}`).toSorted());
  expect(sent('RNTO', '/files/', back).toSorted()).toEqual(paths.map((path) => `/files/${path}`).toSorted());
});

test('A run while the partner is unavailable exits with 5 at once, and everything is delivered when it returns', async () => {
  const files = pushOf('away');
  for (const name of ['x', 'y', 'z']) await files.put(`later/${name}.xml`, name);

  const { exitCode, document } = await files.run();
  const shown = await files.attention();
  await using _back = await startAgain();
  await queues.quiet();
  await redriveAll(stage);
  await queues.quiet();

  expect(exitCode).toBe(5);
  expect(document).toMatchObject({ status: 'incomplete', transferred: 0 });
  expect(new Set(Object.values(shown))).toEqual(new Set(['connection-refused']));
  for (const name of ['x', 'y', 'z']) {
    expect(away.tree.bytesOf(`/files/later/${name}.xml`).toString()).toBe(name);
  }
  expect(await files.attention()).toEqual({});
});

test('A message that is not an event goes to the dead-letter queue of the ingest, and the next event is routed', async () => {
  const bucket = { name: stage.outbox.name };
  await putEvent(stack.endpoint, { bucket, object: { key: 'acme/odd/half.xml' } });
  await queues.sendToIngest('no JSON at all');
  await pushOf('acme', 'odd').put('after.xml', 'after');

  await queues.quiet();

  expect(await queues.count('ingestDeadLetters')).toBe(2);
  expect(tree.bytesOf('/odd/after.xml').toString()).toBe('after');
});

test('An object under a prefix without a flow is ignored', async () => {
  const before = server.log.length;
  const { client, name } = stage.outbox;
  await client.send(new PutObjectCommand({ Bucket: name, Key: 'unknown/files/a.xml', Body: 'x' }));

  await queues.quiet();

  expect(server.log).toHaveLength(before);
  expect(await queues.count('ingestDeadLetters')).toBe(2);
});

/** Starts the partner again with its port and files. */
function startAgain() {
  const {
    certificate,
    server: { port },
    tree: files,
  } = away;
  return startFtpsServer({ files, port, certificate, users: { [testUser]: testPassword } });
}

/** The arguments of a command that start with the path, in order. */
function sent(command: string, path: string, { log }: Pick<FtpsServer, 'log'> = server): string[] {
  return log
    .filter((entry) => entry.command === command && entry.argument.startsWith(path))
    .map(({ argument }) => argument);
}

/**
 * A check whether an attempt has failed in each message group since now. Such an attempt may have started
 * before with an older version, but the next one of its group starts after it.
 */
function failedInAllGroups(files: TestPush, connections: number) {
  const since = new Date();
  return async (): Promise<boolean> => {
    const failed = (await files.issues()).filter(({ at }) => new Date(at) > since);
    const targets = failed.map(({ path }) => parseRemotePath(`/${files.flow}/${path}`));
    const groups = new Set(targets.map((target) => deliveryGroup(files.partner, target, connections)));
    return groups.size === connections;
  };
}

/** The peak resident memory of a process. */
function peakMemoryBytes(pid: number): number {
  const kibibytes = /^VmHWM:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
  return Number(kibibytes) * 1024;
}

async function listNames(directory: string): Promise<readonly string[]> {
  return [...(await tree.list(directory))].map(({ name }) => name).toSorted();
}
