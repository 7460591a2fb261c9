import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { startSilentServer } from '../support/ftps-server/broken-servers.ts';
import { makeCliFolder } from '../support/stage/cli-folder.ts';
import { functionPids, noProc } from '../support/stage/function-pids.ts';
import { pushDocumentSchema } from '../support/stage/push-document.ts';
import { type ToldObject, tellObjectCreated } from '../support/stage/put-events.ts';
import type { RunningCommand } from '../support/stage/run-cli.ts';
import { sha256 } from '../support/stage/sha256.ts';
import { partnerAt, startTestPartner, testPassword } from '../support/stage/test-partner.ts';
import { openTestStage } from '../support/stage/test-stage.ts';
import { until } from '../support/stage/until.ts';

const push = { direction: 'push' };
/** For what other tests have left in the queue to be tried again: its pauses last seconds, not minutes. */
const waitScale = 0.0005;
const closed = await startSilentServer();
await closed.close();
const acme = await startTestPartner('acme', {
  // A megabyte takes a second: time to be killed in.
  server: { paceBytesPerSecond: 1_000_000 },
  flows: {
    files: push,
    taken: push,
    killed: push,
    again: { ...push, overwrite: 'replace' },
    repeated: { ...push, overwrite: 'replace' },
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
  fault: z.string(),
  message: z.string(),
  dialogue: z.array(z.string()).optional(),
});

test('put writes an object and delivers nothing itself; plan and run tell of it, and run delivers it', async () => {
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
  expect(pushDocumentSchema.parse(JSON.parse(again.stdout))).toMatchObject({ transferred: 0, skipped: 1 });
  expect([put, plan, ran, again].map(({ exitCode }) => exitCode)).toEqual([0, 0, 0, 0]);
  expect(tree.bytesOf('/files/2026/order.xml').toString()).toBe('order');
});

test('A partner that cannot be reached makes run end with 5, and no password is told', async () => {
  await run('put', 'closed', 'files', source('x'), 'a.xml');

  const { exitCode, stdout, stderr } = await run('run', 'closed', 'files', '--json');

  expect(exitCode).toBe(5);
  expect(pushDocumentSchema.parse(JSON.parse(stdout))).toMatchObject({ status: 'incomplete', failed: 1 });
  expect(stdout + stderr).not.toContain(testPassword);
});

describe('With a stack that local up keeps running', () => {
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

  test('put refuses what cannot be delivered, with 2 and the reason', async () => {
    const outside = await run('put', 'acme', 'files', source('x'), '../x.xml');
    const absent = await run('put', 'acme', 'files', join(sources, 'absent.xml'));
    const unknown = await run('put', 'acme', 'nothing', source('x'));

    expect([outside, absent, unknown].map(({ exitCode }) => exitCode)).toEqual([2, 2, 2]);
    expect(outside.stderr).toContain('dot-component');
    expect(absent.stderr).toContain('absent.xml');
    expect(unknown.stderr).toContain('It has: files');
  });

  test('replay --since delivers again what was delivered since then, and nothing older', async () => {
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

  test('A refused delivery makes run end with 1, is shown by attention, and redrive has nothing to move', async () => {
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
    expect(issue).toMatchObject({ partner: 'acme', flow: 'taken', path: 'a.xml', fault: 'target-exists' });
    expect(others).toEqual([]);
    const { moved: counts } = z
      .strictObject({ moved: z.array(z.strictObject({ queue: z.string(), messages: z.number() })) })
      .parse(JSON.parse(moved.stdout));
    expect(counts.map(({ messages }) => messages)).toEqual([0, 0]);
  });
});

test('local up that is killed amid deliveries goes on with them when it is started again', async ({
  skip,
}) => {
  skip(process.platform !== 'linux', noProc);
  const first = await up();
  const content = 'k'.repeat(1_000_000);
  const names = ['0.xml', '1.xml', '2.xml', '3.xml', '4.xml'];
  for (const name of names.slice(0, 3)) await run('put', 'acme', 'killed', source(content), name);
  await until('a delivery is under way', () => uploads('/killed/')[0]);
  first.child.kill('SIGKILL');
  await first.ended;
  await until('its functions are gone', () => (functionPids(cli).length === 0 ? 'gone' : undefined));
  for (const name of names.slice(3)) await run('put', 'acme', 'killed', source(content), name);

  const second = await up();
  const isThere = async () => ((await namesIn('/killed')).join() === names.join() ? 'there' : undefined);
  await until('all are there', isThere, () => namesIn('/killed'));
  second.child.kill('SIGTERM');
  const { exitCode } = await second.ended;
  await using stage = await openTestStage(cli, { waitScale });
  await stage.queues.quiet();
  const { document } = await stage.push('acme', 'killed').run();

  expect(exitCode).toBe(0);
  expect(document).toMatchObject({ listed: 5, skipped: 5, transferred: 0, failed: 0 });
  expect(await namesIn('/killed')).toEqual(names);
  for (const name of names) expect(tree.bytesOf(`/killed/${name}`).toString()).toBe(content);
}, 120_000);

test('Of two versions the newer one is delivered, in whatever order and however often their events come', async () => {
  const [older, newer] = await putTwice('repeated.xml');
  // What the bucket itself has told of them rests in the queue: it goes, as if it had never come.
  const told = [
    ...Array.from({ length: 5 }, () => ({ ...newer, sequencer: '0062E99A88DC407460F1' })),
    ...Array.from({ length: 5 }, () => ({ ...older, sequencer: '0062E99A88DC407460F0' })),
  ];

  await tellInstead(told);
  await using stage = await openTestStage(cli, { waitScale });
  await stage.queues.quiet();

  expect(tree.bytesOf('/repeated/repeated.xml').toString()).toBe('newer');
  expect(uploads('/repeated/')).toHaveLength(1);
  const { delivered } = await stage.push('acme', 'repeated').record('repeated.xml');
  expect(delivered?.versionId).toBe(newer.versionId);
});

/** A file to put. */
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

/** Makes these events, in any order, all that is told of the bucket. */
async function tellInstead(events: readonly ToldObject[]): Promise<void> {
  await using stage = await openTestStage(cli, { queuedWork: 'resting' });
  await stage.queues.purgeIngest();
  const shuffled = events.map((event) => ({ event, place: Math.random() }));
  for (const { event } of shuffled.toSorted((a, b) => a.place - b.place)) {
    await tellObjectCreated(stage.stack.endpoint, event);
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

async function namesIn(directory: string): Promise<readonly string[]> {
  return [...(await tree.list(directory))].map(({ name }) => name).toSorted();
}
