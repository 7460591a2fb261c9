import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { FolderTree } from '../../../testing/ftps-server/tree/folder-tree.ts';
import { startTestPartner } from '../../support/partner/test-partner.ts';
import { ConnectionWatcher, noConnectionList } from '../../support/real-partner/connection-watcher.ts';
import { realPartner } from '../../support/real-partner/real-partner.ts';
import { folderReader, TargetWatcher, type Watched } from '../../support/real-partner/target-watcher.ts';
import { availableServers } from '../../support/real-servers/available-servers.ts';
import { sha256 } from '../../support/sha256.ts';
import type { TestPush } from '../../support/stage/test-push.ts';
import { startTestStage } from '../../support/stage/test-stage.ts';

/** How many objects are put into each flow: many times its connections, and several batches of messages. */
const count = 150;

const maxConnections = 4;
const push = { direction: 'push' };

const { ready, absent } = await availableServers();
for (const { name, reason } of absent) {
  process.stdout.write(`Skipped: the push to ${name}: ${reason}.\n`);
  test.skip(`the push to ${name} (${reason})`);
}

/** The embedded server on a folder, so that all servers are watched in the same way. */
const embeddedRoot = mkdtempSync(join(tmpdir(), 'ftps-sync-many-'));
afterAll(() => rmSync(embeddedRoot, { recursive: true, force: true }));
mkdirSync(join(embeddedRoot, 'files'));
const embedded = await startTestPartner('embedded', {
  connection: { maxConnections },
  server: { files: new FolderTree(embeddedRoot) },
  flows: { files: push },
});

// The servers themselves refuse a session beyond the limit of the flow, which the watcher could miss.
const servers = await Promise.all(
  ready.map(async ({ name, start }) => ({
    name,
    server: await start({ security: 'explicit', maxConnections }),
  })),
);
afterAll(() => Promise.all(servers.map(({ server }) => server.close())));
const {
  stack,
  queues,
  push: pushOf,
} = await startTestStage([
  embedded,
  ...servers.map(({ server }) => realPartner(server, { maxConnections, direction: 'push' })),
]);

const targets = [
  { name: 'embedded', root: embeddedRoot, port: embedded.server.port },
  ...servers.map(({ name, server }) => ({ name, root: server.root, port: server.port })),
];

describe.each(targets)('Concurrent objects in a flow to $name', ({ name, root, port }) => {
  const contents = new Map<string, Buffer>();
  for (let number = 0; number < count; number++) {
    const content = Buffer.alloc(1 + ((number * 7919) % 60_000), `${name} ${number} `);
    contents.set(`region-${number % 5}/order-${number}.xml`, content);
  }
  const expected = new Map([...contents].map(([path, content]) => [`/files/${path}`, sha256(content)]));
  let watched: Watched;
  let peak: number;

  test(`all ${count} arrive with equal SHA-256, and no staging name is left`, async () => {
    const flow = pushOf(name);
    const watcher = new TargetWatcher(expected, folderReader(root));
    const counter = new ConnectionWatcher(port);

    await putAll(flow, contents);
    await queues.quiet();
    peak = counter.stop();
    watched = await watcher.stop();

    expect(hashFiles(root)).toEqual(expected);
    expect(await flow.attention()).toEqual({});
    expect(await queues.count('pushDeadLetters')).toBe(0);
  });

  test('are never partial for a reader of the final names', () => {
    expect(watched.partial).toEqual([]);
    expect(watched.reads).toBeGreaterThan(count);
  });

  test('use several connections, and never more than maxConnections', ({ skip }) => {
    skip(noConnectionList !== undefined, noConnectionList);
    expect(peak).toBeGreaterThan(1);
    expect(peak).toBeLessThanOrEqual(maxConnections);
  });
});

test('No server has to refuse a session', () => {
  // The embedded server counts every session.
  expect(embedded.server.sessions.peak).toBeGreaterThan(1);
  expect(embedded.server.sessions.peak).toBeLessThanOrEqual(maxConnections);
  // The others would have refused one more, which the worker would have logged.
  expect(readLog('push-file')).toContain('delivered');
  expect(readLog('push-file')).not.toContain('too-many-connections');
});

/** Puts all objects concurrently, over the 50 sockets of the S3 client. */
async function putAll(flow: TestPush, contents: ReadonlyMap<string, Buffer>): Promise<void> {
  const left = contents.entries();
  const putNext = async () => {
    for (const [path, content] of left) await flow.put(path, content);
  };
  await Promise.all(Array.from({ length: 50 }, putNext));
}

function readLog(step: string): string {
  const names = readdirSync(stack.logsFolder).filter((name) => name.includes(step));
  return names.map((name) => readFileSync(join(stack.logsFolder, name), 'utf8')).join('\n');
}

/** The SHA-256 of all files by path below the root. */
function hashFiles(root: string): ReadonlyMap<string, string> {
  const files = readdirSync(root, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  return new Map(
    files.map(({ parentPath, name }) => {
      const file = join(parentPath, name);
      return [file.slice(root.length), sha256(readFileSync(file))];
    }),
  );
}
