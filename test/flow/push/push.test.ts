import { expect, test } from 'vitest';
import { startTestPartner } from '../../support/partner/test-partner.ts';
import { sha256 } from '../../support/sha256.ts';
import { startTestStage } from '../../support/stage/test-stage.ts';

const push = { direction: 'push' };
const scheduled = {
  ...push,
  trigger: ['schedule'],
  schedule: { cron: '0 4 * * ? *', timeZone: 'Europe/Rome' },
};
const acme = await startTestPartner('acme', {
  flows: {
    plain: push,
    nested: push,
    versions: { ...push, overwrite: 'replace' },
    chosen: { ...push, include: ['**/*.xml'], exclude: ['drafts/**'] },
    missed: scheduled,
    planned: scheduled,
    changed: { ...scheduled, overwrite: 'replace' },
    pulled: {},
  },
});
const { tree, server } = acme;
const { stage, stack, queues, flow, push: pushOf } = await startTestStage([acme]);

test('An object arrives under its final name and is recorded', async () => {
  const plain = pushOf('acme', 'plain');

  const versionId = await plain.put('order.xml', 'order 1');
  await queues.quiet();

  expect(tree.bytesOf('/plain/order.xml').toString()).toBe('order 1');
  expect((await plain.record('order.xml')).delivered).toMatchObject({
    versionId,
    path: '/plain/order.xml',
    sizeBytes: 7,
    sha256: sha256('order 1'),
    verification: 'size',
  });
  expect(await names('/plain')).toEqual(['order.xml']);
});

test('Missing directories are created, and names arrive unchanged', async () => {
  const paths = ['2026/11/März €.xml', '2026/11/a b+c%20d.xml', '2026/12/x/y/z.xml', '#1 ~ (copy).xml'];
  for (const path of paths) await pushOf('acme', 'nested').put(path, path);

  await queues.quiet();

  for (const path of paths) expect(tree.bytesOf(`/nested/${path}`).toString()).toBe(path);
});

test('An object put again arrives as the new version', async () => {
  const versions = pushOf('acme', 'versions');
  await versions.put('a.xml', 'old');
  await queues.quiet();

  await versions.put('a.xml', 'new');
  await queues.quiet();

  expect(tree.bytesOf('/versions/a.xml').toString()).toBe('new');
  expect((await versions.record('a.xml')).delivered?.sha256).toBe(sha256('new'));
});

test('Only objects that are included and not excluded are delivered', async () => {
  const chosen = pushOf('acme', 'chosen');
  for (const path of ['a.xml', 'a.tmp', 'drafts/b.xml']) await chosen.put(path, path);
  await queues.quiet();

  const { outcomes } = await chosen.run();

  expect(await names('/chosen')).toEqual(['a.xml']);
  expect(outcomes).toEqual({
    '/chosen/a.xml': 'skipped delivered',
    'acme/chosen/a.tmp': 'skipped not-selected',
    'acme/chosen/drafts/b.xml': 'skipped not-selected',
  });
});

test('Without the event trigger nothing is sent, and a run delivers everything', async () => {
  const missed = pushOf('acme', 'missed');
  const paths = Array.from({ length: 12 }, (_, index) => `${index % 3}/${index}.xml`);
  for (const path of paths) await missed.put(path, path);
  await queues.quiet();
  const before = uploadsBelow('/missed');

  const { exitCode, document } = await missed.run();

  expect(before).toEqual([]);
  expect(exitCode).toBe(0);
  expect(document).toMatchObject({ status: 'succeeded', listed: 12, transferred: 12, failed: 0 });
  for (const path of paths) expect(tree.bytesOf(`/missed/${path}`).toString()).toBe(path);
});

test('A run with nothing to do sends nothing and opens no session', async () => {
  const missed = pushOf('acme', 'missed');
  await missed.put('once.xml', 'once');
  await missed.run();
  const commands = server.log.length;

  const { exitCode, document } = await missed.run();

  expect(exitCode).toBe(0);
  expect(document).toMatchObject({ transferred: 0, bytes: 0, failed: 0, skipped: document.listed });
  expect(server.log).toHaveLength(commands);
  expect(await queues.count('push')).toBe(0);
});

test('A run delivers only what has changed', async () => {
  const changed = pushOf('acme', 'changed');
  await changed.put('a.xml', 'old');
  await changed.put('b.xml', 'same');
  await changed.run();
  await changed.put('a.xml', 'new');

  const { outcomes } = await changed.run();

  expect(outcomes).toEqual({ '/changed/a.xml': 'transferred', '/changed/b.xml': 'skipped delivered' });
  expect(tree.bytesOf('/changed/a.xml').toString()).toBe('new');
  expect(uploadsBelow('/changed')).toHaveLength(3);
});

test('A plan shows what a run would send, and changes nothing', async () => {
  const planned = pushOf('acme', 'planned');
  await planned.put('sent.xml', 'sent');
  await planned.run();
  await planned.put('new.xml', 'new');
  const [commands, record] = [server.log.length, await planned.record('sent.xml')];

  const { exitCode, document, outcomes } = await planned.plan();

  expect(exitCode).toBe(0);
  expect(document).toMatchObject({ mode: 'plan', listed: 2, transfers: 1 });
  expect(outcomes).toEqual({
    '/planned/sent.xml': 'skipped delivered',
    'acme/planned/new.xml': 'transfer new',
  });
  expect(server.log).toHaveLength(commands);
  expect(await planned.record('sent.xml')).toEqual(record);
  expect((await planned.record('new.xml')).delivered).toBeUndefined();
});

test('Pulled files are never pushed', async () => {
  tree.put('/pulled/a.csv', { content: 'from the partner' });
  const before = uploadsBelow('/');

  await flow('acme', 'pulled').pull();
  await queues.quiet();

  expect(await flow('acme', 'pulled').visible()).toEqual({ 'a.csv': sha256('from the partner') });
  expect(uploadsBelow('/')).toEqual(before);
  expect(stack.outputs.InboxBucketName).not.toBe(stage.outbox.name);
});

/** The paths of uploads below the directory. */
function uploadsBelow(directory: string): readonly string[] {
  return server.transfers
    .filter(({ command, path }) => command === 'STOR' && path.startsWith(directory))
    .map(({ path }) => path);
}

async function names(directory: string): Promise<readonly string[]> {
  return [...(await tree.list(directory))].map(({ name }) => name).toSorted();
}
