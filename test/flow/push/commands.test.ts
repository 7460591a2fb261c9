import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { startSilentServer } from '../../../testing/ftps-server/broken-servers.ts';
import { makeCliFolder } from '../../support/cli/cli-folder.ts';
import type { RunningCommand } from '../../support/cli/run-cli.ts';
import { functionPids, noProc } from '../../support/functions/function-pids.ts';
import { partnerAt, startTestPartner, testPassword } from '../../support/partner/test-partner.ts';
import { sha256 } from '../../support/sha256.ts';
import { pushDocumentSchema } from '../../support/stage/push-document.ts';
import { type CreatedObject, putObjectCreated } from '../../support/stage/put-events.ts';
import { openTestStage } from '../../support/stage/test-stage.ts';
import { waitUntil } from '../../support/wait-until.ts';

const push = { direction: 'push' };
/** Shortens the pauses of deliveries that other tests have left in the queue. */
const waitScale = 0.0005;
const closed = await startSilentServer();
await closed.close();
const acme = await startTestPartner('acme', {
  // A megabyte takes a second, so that there is time for a kill.
  server: { paceBytesPerSecond: 1_000_000 },
  flows: {
    files: push,
    taken: push,
    killed: push,
    again: { ...push, overwrite: 'replace' },
    repeated: { ...push, overwrite: 'replace' },
    small: { ...push, minBytes: 6 },
  },
});
const { tree, server } = acme;
const cli = makeCliFolder([acme, partnerAt(closed.port, 'closed', { flows: { files: push } })]);
const { run, start } = cli;
const sources = mkdtempSync(join(tmpdir(), 'ftps-sync-put-'));
afterAll(() => rmSync(sources, { recursive: true, force: true }));

const putSchema = z.strictObject({
  bucket: z.string(),
  key: z.string(),
  versionId: z.string(),
  sizeBytes: z.number(),
  sha256: z.string(),
  target: z.string(),
});
const issueSchema = z.strictObject({
  partner: z.string(),
  flow: z.string(),
  path: z.string(),
  at: z.iso.datetime(),
  lastTryAt: z.iso.datetime(),
  tries: z.number(),
  nextTry: z.string(),
  isGivenUp: z.boolean(),
  error: z.string(),
  message: z.string(),
  transcript: z.array(z.string()).optional(),
});

test('put writes an object without delivering it, plan and run report it, and run delivers it', async () => {
  const put = await run('put', 'acme', 'files', source('order'), '2026/order.xml', '--json');
  const plan = await run('plan', 'acme', 'files', '--json');
  const commands = server.log.length;
  const ran = await run('run', 'acme', 'files', '--json');
  const again = await run('run', 'acme', 'files', '--json');

  expect(putSchema.parse(JSON.parse(put.stdout))).toMatchObject({
    key: 'acme/files/2026/order.xml',
    sizeBytes: 5,
    sha256: sha256('order'),
    target: '/files/2026/order.xml',
  });
  expect(commands).toBe(0);
  expect(pushDocumentSchema.parse(JSON.parse(plan.stdout))).toMatchObject({ mode: 'plan', transfers: 1 });
  const document = pushDocumentSchema.parse(JSON.parse(ran.stdout));
  expect(document).toMatchObject({ status: 'succeeded', transferred: 1, bytes: 5 });
  expect(document.files).toMatchObject([{ path: '/files/2026/order.xml', sha256: sha256('order') }]);
  expect(pushDocumentSchema.parse(JSON.parse(again.stdout))).toMatchObject({
    transferred: 0,
    skipped: 1,
  });
  expect([put, plan, ran, again].map(({ exitCode }) => exitCode)).toEqual([0, 0, 0, 0]);
  expect(tree.bytesOf('/files/2026/order.xml').toString()).toBe('order');
});

test('plan and run skip an object that is smaller than minBytes, with the reason, and nothing is sent', async () => {
  await run('put', 'acme', 'small', source('order'), 'order.xml');
  const plan = await run('plan', 'acme', 'small', '--json');
  const ran = await run('run', 'acme', 'small', '--json');

  const skipped = [{ key: 'acme/small/order.xml', outcome: 'skipped', reason: 'too-small' }];
  const [planned, document] = [plan, ran].map(({ stdout }) => pushDocumentSchema.parse(JSON.parse(stdout)));
  expect(planned).toMatchObject({ mode: 'plan', listed: 1, transfers: 0, files: skipped });
  expect(document).toMatchObject({ status: 'succeeded', transferred: 0, skipped: 1, files: skipped });
  expect([plan, ran].map(({ exitCode }) => exitCode)).toEqual([0, 0]);
  await expect(tree.find('/small/order.xml')).rejects.toThrow('missing');
});

test('run exits with 5 when the partner cannot be reached, and prints no password', async () => {
  await run('put', 'closed', 'files', source('x'), 'a.xml');

  const { exitCode, stdout, stderr } = await run('run', 'closed', 'files', '--json');

  expect(exitCode).toBe(5);
  expect(pushDocumentSchema.parse(JSON.parse(stdout))).toMatchObject({ status: 'incomplete', failed: 1 });
  expect(stdout + stderr).not.toContain(testPassword);
});

describe('With a stack that `local up` serves', () => {
  let running: RunningCommand;
  beforeAll(async () => {
    running = await up();
  });
  afterAll(async () => {
    running.child.kill('SIGTERM');
    await running.ended;
  });

  test('ls and get show the objects of a push flow', async () => {
    const to = join(sources, 'fetched');
    await run('put', 'acme', 'files', source('listed'), 'listed.xml');

    const listed = await run('ls', 'acme', 'files', '--json');
    const fetched = await run('get', 'acme', 'files', 'listed.xml', '--to', to);

    expect(JSON.parse(listed.stdout).objects.map(({ path }: { path: string }) => path)).toContain(
      'listed.xml',
    );
    expect(fetched.exitCode).toBe(0);
    expect(readFileSync(join(to, 'listed.xml'), 'utf8')).toBe('listed');
  });

  test('put rejects what cannot be delivered, with exit code 2 and the reason', async () => {
    const outside = await run('put', 'acme', 'files', source('x'), '../x.xml');
    const absent = await run('put', 'acme', 'files', join(sources, 'absent.xml'));
    const unknown = await run('put', 'acme', 'nothing', source('x'));

    expect([outside, absent, unknown].map(({ exitCode }) => exitCode)).toEqual([2, 2, 2]);
    expect(outside.stderr).toContain('dot-component');
    expect(absent.stderr).toContain('absent.xml');
    expect(unknown.stderr).toContain('It has: files');
  });

  test('replay --since delivers again only what was delivered since then', async () => {
    await run('put', 'acme', 'again', source('older'), 'older.xml');
    await run('run', 'acme', 'again');
    const since = new Date().toISOString();
    await run('put', 'acme', 'again', source('newer'), 'newer.xml');
    await run('run', 'acme', 'again');

    const replayed = await run('replay', 'acme', 'again', '--since', since, '--reason', 'asked', '--json');
    const ofPull = await run(
      'replay',
      'acme',
      'again',
      '--run',
      '20261120T021500Z-1f3a9c04',
      '--reason',
      'x',
    );

    expect(replayed.exitCode).toBe(0);
    expect(pushDocumentSchema.parse(JSON.parse(replayed.stdout))).toMatchObject({
      transferred: 1,
      skipped: 1,
    });
    const sent = (name: string) => uploads('/again/').filter((path) => path.includes(name)).length;
    expect([sent('older'), sent('newer')]).toEqual([1, 2]);
    expect(ofPull).toMatchObject({ exitCode: 2, stderr: expect.stringContaining('--since TIME') });
  });

  test('run exits with 1 after a refused delivery, attention shows it, and redrive has nothing to move', async () => {
    tree.put('/taken/a.xml', { content: 'of the partner' });
    await run('put', 'acme', 'taken', source('ours'), 'a.xml');

    const ran = await run('run', 'acme', 'taken');
    const shown = await run('attention', 'acme', 'taken', '--json');
    const moved = await run('redrive', '--json');

    expect(ran.exitCode).toBe(1);
    expect(ran.stdout).toContain('target-exists');
    expect(shown.exitCode).toBe(0);
    const [issue, ...others] = z
      .object({ items: z.array(issueSchema) })
      .parse(JSON.parse(shown.stdout)).items;
    expect(issue).toMatchObject({
      partner: 'acme',
      flow: 'taken',
      path: 'a.xml',
      error: 'target-exists',
      nextTry: 'run',
      isGivenUp: true,
    });
    expect(others).toEqual([]);
    const { moved: counts } = z
      .strictObject({ moved: z.array(z.strictObject({ queue: z.string(), messages: z.number() })) })
      .parse(JSON.parse(moved.stdout));
    expect(counts.map(({ messages }) => messages)).toEqual([0, 0]);
  });
});

test('`local up` resumes deliveries after it was killed', async ({ skip }) => {
  skip(process.platform !== 'linux', noProc);
  const first = await up();
  const content = 'k'.repeat(1_000_000);
  const names = ['0.xml', '1.xml', '2.xml', '3.xml', '4.xml'];
  for (const name of names.slice(0, 3)) await run('put', 'acme', 'killed', source(content), name);
  await waitUntil({ what: 'a delivery is running', check: () => uploads('/killed/')[0] });
  first.child.kill('SIGKILL');
  await first.ended;
  await waitUntil({
    what: 'its functions have ended',
    check: () => functionPids(cli).length === 0,
    progress: () => functionPids(cli),
  });
  for (const name of names.slice(3)) await run('put', 'acme', 'killed', source(content), name);

  const second = await up();
  await waitUntil({
    what: 'all files are delivered',
    check: async () => (await listNames('/killed')).join() === names.join(),
    progress: () => listNames('/killed'),
  });
  second.child.kill('SIGTERM');
  const { exitCode } = await second.ended;
  await using stage = await openTestStage(cli, { waitScale });
  await stage.queues.quiet();
  const { document } = await stage.push('acme', 'killed').run();

  expect(exitCode).toBe(0);
  expect(document).toMatchObject({ listed: 5, skipped: 5, transferred: 0, failed: 0 });
  expect(await listNames('/killed')).toEqual(names);
  for (const name of names) expect(tree.bytesOf(`/killed/${name}`).toString()).toBe(content);
});

test('Only the newer of two versions is delivered, whatever the order and number of their events', async () => {
  const [older, newer] = await putTwice('repeated.xml');
  // The events of the bucket itself are purged from the queue first.
  const events = [
    ...Array.from({ length: 5 }, () => ({ ...newer, sequencer: '0062E99A88DC407460F1' })),
    ...Array.from({ length: 5 }, () => ({ ...older, sequencer: '0062E99A88DC407460F0' })),
  ];

  await replaceEvents(events);
  await using stage = await openTestStage(cli, { waitScale });
  await stage.queues.quiet();

  expect(tree.bytesOf('/repeated/repeated.xml').toString()).toBe('newer');
  expect(uploads('/repeated/')).toHaveLength(1);
  const { delivered } = await stage.push('acme', 'repeated').record('repeated.xml');
  expect(delivered?.versionId).toBe(newer.versionId);
});

/** Writes a file to put. @returns its path. */
function source(content: string): string {
  const file = join(sources, `${sha256(content).slice(0, 8)}.xml`);
  writeFileSync(file, content);
  return file;
}

async function putTwice(path: string) {
  const versions = [];
  for (const content of ['older', 'newer']) {
    const { stdout } = await run('put', 'acme', 'repeated', source(content), path, '--json');
    const { bucket, key, versionId, sizeBytes } = putSchema.parse(JSON.parse(stdout));
    versions.push({ bucket, key, versionId, sizeBytes });
  }
  const [older, newer] = versions;
  if (older === undefined || newer === undefined) throw new Error('two versions were put');
  return [older, newer] as const;
}

/** Replaces the events in the ingest queue with these, in random order. */
async function replaceEvents(events: readonly CreatedObject[]): Promise<void> {
  await using stage = await openTestStage(cli, { eventSourceMappings: 'disabled' });
  await stage.queues.purgeIngest();
  const shuffled = events.map((event) => ({ event, place: Math.random() }));
  for (const { event } of shuffled.toSorted((a, b) => a.place - b.place)) {
    await putObjectCreated(stage.stack.endpoint, event);
  }
}

/** Starts `local up` and waits until it serves. */
async function up(): Promise<RunningCommand> {
  const command = start('local', 'up');
  await command.firstLine;
  return command;
}

function uploads(below: string): readonly string[] {
  return server.transfers
    .filter(({ command, path }) => command === 'STOR' && path.startsWith(below))
    .map(({ path }) => path);
}

async function listNames(directory: string): Promise<readonly string[]> {
  return [...(await tree.list(directory))].map(({ name }) => name).toSorted();
}
