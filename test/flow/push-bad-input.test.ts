import { readFileSync } from 'node:fs';
import { PutObjectCommand } from '@aws-sdk/client-s3';
import { expect, test } from 'vitest';
import { moveBack } from '../../cli/commands/redrive.ts';
import { pushFlowOf } from '../../lambdas/partners/read-partner.ts';
import { deliveryRules } from '../../lambdas/push/delivery-rules.ts';
import { deliveryGroup } from '../../lambdas/sync/delivery-group.ts';
import { deliveryPaths } from '../../lambdas/sync/delivery-path.ts';
import { parseRemotePath } from '../../lambdas/sync/remote-path.ts';
import { type FtpsServer, startFtpsServer } from '../support/ftps-server/server.ts';
import { functionPids, noProc } from '../support/stage/function-pids.ts';
import { putEvent } from '../support/stage/put-events.ts';
import { sha256 } from '../support/stage/sha256.ts';
import { startTestPartner, testPassword, testUser } from '../support/stage/test-partner.ts';
import type { TestPush } from '../support/stage/test-push.ts';
import { startTestStage } from '../support/stage/test-stage.ts';
import { until } from '../support/stage/until.ts';

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

test('An object that is deleted before its delivery is not delivered, and nobody is troubled', async () => {
  const gone = pushOf('acme', 'gone');
  const stop = server.fault({ on: 'connect', do: { kind: 'reply', code: 421, text: 'Later.' } });
  await gone.put('a.xml', 'ours');
  await until('it has failed once', async () => ((await gone.issues()).length > 0 ? 'failed' : undefined));

  await gone.delete('a.xml');
  stop();
  await queues.quiet();

  expect(await namesIn('/gone')).toEqual([]);
  expect(await gone.attention()).toEqual({});
  expect(await queues.count('pushDeadLetters')).toBe(0);
});

test('A version that is taken away after its delivery began never gets its final name', async () => {
  const purged = pushOf('acme', 'purged');
  const put = Promise.withResolvers<string>();
  // The worker has found the object, and makes sure of the directory before it reads it.
  const change = async () => purged.delete('a.xml', await put.promise);
  server.fault({ on: 'CWD', path: '/purged', times: 1, do: { kind: 'beforehand', change } });

  put.resolve(await purged.put('a.xml', 'ours'));
  await queues.quiet();

  expect(sent('CWD', '/purged').length).toBeGreaterThan(0);
  expect(sent('RNTO', '/purged/')).toEqual([]);
  expect(await namesIn('/purged')).toEqual([]);
  expect(await purged.attention()).toEqual({});
});

test('Of an object that is replaced before its delivery the newest version is delivered, and that alone', async () => {
  const replaced = pushOf('acme', 'replaced');
  const stop = server.fault({ on: 'connect', do: { kind: 'reply', code: 421, text: 'Later.' } });
  for (const content of ['first', 'second', 'third']) await replaced.put('a.xml', content);
  // One object is in one group.
  await until('no try of an older version is under way', failedInAllGroups(replaced, 1));
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

test('A key that leads out of the directory, or is no name, goes nowhere and is shown', async () => {
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

test('A key whose name is reserved for a marker or a checksum is not delivered, and the object beside it is', async () => {
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

// 200 MB stand for the 5 GiB of a PUT: more than the worker's memory would be held, were it held.
const largeBytes = 200_000_000;
const memoryBytes = 320 * 1024 * 1024;

test('A large object passes through a worker that holds little of it', async ({ skip }) => {
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

test('While the partner is away nothing is lost, and afterwards the newest of everything arrives, once', async () => {
  const files = pushOf('away');
  await away.server.close();
  const paths = Array.from({ length: 12 }, (_, index) => `${index}.xml`);
  const versions = new Map<string, string>();
  for (const path of paths) versions.set(path, await files.put(path, 'old'));
  for (const path of paths.slice(0, 4)) versions.set(path, await files.put(path, 'new'));
  await until('no try of an older version is under way', failedInAllGroups(files, awayConnections));

  await using back = await startAgain();
  await queues.quiet();
  // Who was tried five times before the partner came back is a dead letter, as after more than an hour.
  await moveBack(stage);
  await queues.quiet();

  for (const path of paths) {
    const expected = paths.indexOf(path) < 4 ? 'new' : 'old';
    expect(away.tree.bytesOf(`/files/${path}`).toString()).toBe(expected);
  }
  expect(await files.attention()).toEqual({});
  // Each newest version was sent once, under its staging name, and renamed once. Of an older one nothing was sent.
  const staged = await Promise.all(paths.map((path) => stagingOf(files, path, versions.get(path))));
  expect(sent('STOR', '/files/', back).toSorted()).toEqual(staged.toSorted());
  expect(sent('RNTO', '/files/', back).toSorted()).toEqual(paths.map((path) => `/files/${path}`).toSorted());
});

test('A run while the partner is away ends with 5 at once, and everything is delivered when it is back', async () => {
  const files = pushOf('away');
  for (const name of ['x', 'y', 'z']) await files.put(`later/${name}.xml`, name);

  const { exitCode, document } = await files.run();
  const shown = await files.attention();
  await using _back = await startAgain();
  await queues.quiet();
  await moveBack(stage);
  await queues.quiet();

  expect(exitCode).toBe(5);
  expect(document).toMatchObject({ status: 'incomplete', transferred: 0 });
  expect(new Set(Object.values(shown))).toEqual(new Set(['connection-refused']));
  for (const name of ['x', 'y', 'z']) {
    expect(away.tree.bytesOf(`/files/later/${name}.xml`).toString()).toBe(name);
  }
  expect(await files.attention()).toEqual({});
});

test('What is no event ends in the dead letters of the ingest queue, and the next event is routed', async () => {
  const bucket = { name: stage.outbox.name };
  await putEvent(stack.endpoint, { bucket, object: { key: 'acme/odd/half.xml' } });
  await queues.sendToIngest('no JSON at all');
  await pushOf('acme', 'odd').put('after.xml', 'after');

  await queues.quiet();

  expect(await queues.count('ingestDeadLetters')).toBe(2);
  expect(tree.bytesOf('/odd/after.xml').toString()).toBe('after');
});

test('An object under a prefix that no flow has is left alone', async () => {
  const before = server.log.length;
  const { client, name } = stage.outbox;
  await client.send(new PutObjectCommand({ Bucket: name, Key: 'nobody/files/a.xml', Body: 'x' }));

  await queues.quiet();

  expect(server.log).toHaveLength(before);
  expect(await queues.count('ingestDeadLetters')).toBe(2);
});

/** The partner at its old port, with its old files. */
function startAgain() {
  const {
    certificate,
    server: { port },
    tree: files,
  } = away;
  return startFtpsServer({ files, port, certificate, users: { [testUser]: testPassword } });
}

/** The arguments of a command that begin so, in the order in which they came. */
function sent(command: string, path: string, { log }: Pick<FtpsServer, 'log'> = server): string[] {
  return log
    .filter((entry) => entry.command === command && entry.argument.startsWith(path))
    .map(({ argument }) => argument);
}

/**
 * Asks whether a try has failed in each group since now. That one may have begun before, when an older version was still the one to
 * deliver, and on a busy machine it may connect long after; the next one of its group begins after it.
 */
function failedInAllGroups(files: TestPush, connections: number) {
  const since = new Date();
  return async (): Promise<'failed' | undefined> => {
    const failed = (await files.issues()).filter(({ at }) => new Date(at) > since);
    const targets = failed.map(({ path }) => parseRemotePath(`/${files.flow}/${path}`));
    const groups = new Set(targets.map((target) => deliveryGroup(files.partner, target, connections)));
    return groups.size === connections ? 'failed' : undefined;
  };
}

/** Where the bytes of that version of an object are staged. */
async function stagingOf({ partner, flow, prefix }: TestPush, path: string, versionId = ''): Promise<string> {
  const rules = deliveryRules(pushFlowOf(await stage.readPartner(partner), flow));
  const paths = deliveryPaths(rules, { key: prefix + path, versionId });
  return typeof paths === 'string' ? paths : paths.staging;
}

/** The most memory that the process has had at a time. */
function peakMemoryBytes(pid: number): number {
  const kibibytes = /^VmHWM:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
  return Number(kibibytes) * 1024;
}

async function namesIn(directory: string): Promise<readonly string[]> {
  return [...(await tree.list(directory))].map(({ name }) => name).toSorted();
}
