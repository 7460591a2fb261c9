import { readdir } from 'node:fs/promises';
import { PutObjectCommand } from '@aws-sdk/client-s3';
import { expect, test } from 'vitest';
import { verifyDocument } from '../../../cli/documents/stage-documents.ts';
import { flowIdSchema, partnerIdSchema } from '../../../lambdas/contract/ids.ts';
import { parseRelativePath } from '../../../lambdas/core/path/relative-path.ts';
import { fileKey } from '../../../lambdas/ledger/keys.ts';
import { writeItem } from '../../../lambdas/ledger/write-item.ts';
import { currentObject, deleteCurrent } from '../../../lambdas/s3/object-versions.ts';
import { serveCli } from '../../support/cli/serve-cli.ts';
import { startTestPartner } from '../../support/partner/test-partner.ts';

const acme = await startTestPartner('acme', {
  // Without the fact, nothing but bytes tells a file that was overwritten in its second.
  server: { features: { uniqueFact: false } },
  flows: { in: {}, deep: {}, copied: {}, up: { direction: 'push', minBytes: 1 } },
});
const { tree } = acme;
const cli = await serveCli([acme]);
const { ask, run, stage } = cli;

async function verify(...args: readonly string[]) {
  const { exitCode, document } = await ask('verify', 'acme', ...args);
  const { differences, ...counts } = verifyDocument.parse(document);
  const found = Object.fromEntries(differences.map(({ kind, path }) => [`${path} ${kind}`, true]));
  return { exitCode, found: Object.keys(found).sort(), differences, ...counts };
}

function putObject(key: string, body: string, bucket = stage.inbox) {
  return bucket.client.send(new PutObjectCommand({ Bucket: bucket.name, Key: key, Body: body }));
}

test('verify finds what was done to the bucket and at the partner since the run, each with its remedy', async () => {
  const names = ['same', 'deleted', 'overwritten', 'other-bytes', 'gone', 'changed', 'a/b/deep'];
  for (const name of names) tree.put(`/in/${name}.csv`, { content: `content of ${name}` });
  await run('run', 'acme', 'in');
  const before = await verify('in');

  await deleteCurrent(stage.inbox, await headOf('acme/in/deleted.csv'));
  await putObject('acme/in/overwritten.csv', 'short');
  await putObject('acme/in/other-bytes.csv', 'CONTENT OF OTHER-BYTES');
  await putObject('acme/in/foreign.csv', 'from another program');
  tree.delete('/in/gone.csv');
  tree.put('/in/changed.csv', { content: 'a newer and longer version' });
  tree.put('/in/new.csv', { content: 'new' });
  const after = await verify('in');
  const shown = await run('verify', 'acme', 'in');

  expect(before).toMatchObject({ exitCode: 0, entries: 7, objects: 7, unknown: 0, total: 0 });
  expect(after.found).toEqual([
    'changed.csv changed-at-partner',
    'deleted.csv object-deleted',
    'foreign.csv object-not-recorded',
    'gone.csv gone-at-partner',
    'new.csv not-taken',
    'other-bytes.csv object-overwritten',
    'overwritten.csv object-overwritten',
  ]);
  expect(after).toMatchObject({ exitCode: 1, total: 7, unknown: 0 });
  const deleted = after.differences.find(({ path }) => path === 'deleted.csv');
  expect(deleted?.remedy).toContain("npx ftps-sync replay acme in 'deleted.csv' --reason TEXT");
  expect(shown.exitCode).toBe(1);
  expect(shown.stdout).toContain('7 differences');
  // It changes nothing: the next one finds the same.
  expect((await verify('in')).found).toEqual(after.found);
});

async function headOf(key: string) {
  const { etag = '' } = (await currentObject(stage.inbox, key)) ?? {};
  return { key, etag };
}

test('verify --deep reads the bytes: the same size and time at the partner hide nothing', async () => {
  const modified = new Date('2026-11-01T10:00:00Z');
  for (const name of ['a', 'b', 'c']) tree.put(`/deep/${name}.csv`, { content: `bytes ${name}`, modified });
  await run('run', 'acme', 'deep');
  const before = await verify('deep', '--deep');

  tree.put('/deep/b.csv', { content: 'BYTES b', modified });
  await corrupt('deep', 'c.csv');
  const shallow = await verify('deep');
  const after = await verify('deep', '--deep');

  expect(before).toMatchObject({ exitCode: 0, entries: 3, unknown: 0 });
  expect(shallow).toMatchObject({ exitCode: 0, total: 0 });
  expect(after.found).toEqual(['b.csv changed-at-partner', 'c.csv bytes-differ']);
});

/** Changes the checksum in the ledger: what bytes that have changed on a disk look like. */
async function corrupt(flow: 'deep' | 'copied', path: string): Promise<void> {
  const flowName = { partner: partnerIdSchema.parse('acme'), flow: flowIdSchema.parse(flow) };
  await writeItem(stage.table, fileKey(flowName, parseRelativePath(path)), {
    set: { 'transferred.sha256': '0'.repeat(64) },
    remove: [],
  });
}

test('get fails where the bytes are not those of the ledger, and leaves no file', async () => {
  tree.put('/copied/good.csv', { content: 'good' }).put('/copied/bad.csv', { content: 'bad' });
  await run('run', 'acme', 'copied');
  await corrupt('copied', 'bad.csv');
  const to = `${cli.folder}/copies`;

  const good = await ask('get', 'acme', 'copied', 'good.csv', '--to', to);
  const all = await run('get', 'acme', 'copied', '--to', to);

  expect(good).toMatchObject({ exitCode: 0, document: { files: [{ path: 'good.csv' }] } });
  expect(all.exitCode).toBe(1);
  expect(all.stderr).toContain('bad.csv');
  expect(all.stderr).toContain('verify acme copied --deep');
  expect(await readdir(to)).toEqual(['good.csv']);
});

test('verify compares what was delivered with the files at the partner', async () => {
  for (const name of ['kept', 'taken', 'cut', 'newer']) {
    await putObject(`acme/up/${name}.xml`, `content of ${name}`, stage.outbox);
  }
  await run('run', 'acme', 'up');
  const before = await verify('up');
  const deep = await verify('up', '--deep');

  tree.delete('/up/taken.xml');
  tree.put('/up/cut.xml', { content: 'cut' });
  await run('pause', 'acme', 'up', '--reason', 'the test puts an object that is not delivered');
  await putObject('acme/up/newer.xml', 'the newer one', stage.outbox);
  // minBytes leaves it out.
  await putObject('acme/up/empty.xml', '', stage.outbox);
  const after = await verify('up');

  expect(before).toMatchObject({ exitCode: 0, entries: 4, objects: 4, unknown: 0, total: 0 });
  expect(deep).toMatchObject({ exitCode: 0, unknown: 0, total: 0 });
  expect(after).toMatchObject({ exitCode: 1, unknown: 0 });
  expect(after.found).toEqual([
    'cut.xml changed-at-partner',
    'newer.xml not-delivered',
    'taken.xml gone-at-partner',
  ]);
});

test('verify says what a server does not tell, and does not count it as equal', async () => {
  const stop = acme.server.fault({ on: 'SIZE', do: { kind: 'reply', code: 450, text: 'Busy.' } });

  const { exitCode, unknown, found } = await verify('up');
  stop();

  expect({ exitCode, unknown }).toEqual({ exitCode: 1, unknown: 4 });
  expect(found).toEqual(['newer.xml not-delivered']);
});
