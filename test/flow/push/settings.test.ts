import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { GetObjectTaggingCommand, HeadObjectCommand } from '@aws-sdk/client-s3';
import { afterAll, expect, test } from 'vitest';
import { FolderTree } from '../../../testing/ftps-server/tree/folder-tree.ts';
import { startTestPartner } from '../../support/partner/test-partner.ts';
import { sha256 } from '../../support/sha256.ts';
import { startTestStage } from '../../support/stage/test-stage.ts';
import { storedVersions } from '../../support/stored/stored-versions.ts';

const push = { direction: 'push' };
const acme = await startTestPartner('acme', {
  flows: {
    refuse: push,
    replace: { ...push, overwrite: 'replace' },
    'delete-first': { ...push, overwrite: 'delete-first' },
    marked: { ...push, overwrite: 'replace', doneFile: '{name}.done', checksumFile: 'sha256' },
    kept: { ...push, after: 'keep' },
    tag: { ...push, after: 'tag' },
    delete: { ...push, after: 'delete', overwrite: 'replace' },
    named: { ...push, stagingName: '{name}.{version}.tmp' },
  },
});
/** Like IIS and FileZilla Server: refuses RNTO over an existing file. */
const strict = await startTestPartner('strict', {
  server: { features: { renameReplaces: false } },
  flows: {
    replace: { ...push, overwrite: 'replace' },
    'delete-first': { ...push, overwrite: 'delete-first' },
  },
});
/** Its files are on disk, for `sha256sum`. */
const folder = mkdtempSync(join(tmpdir(), 'ftps-sync-checksums-'));
const onDisk = await startTestPartner('on-disk', {
  server: { files: new FolderTree(folder) },
  flows: { files: { ...push, checksumFile: 'sha256' } },
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const { tree, server } = acme;
const { stage, queues, push: pushOf } = await startTestStage([acme, strict, onDisk]);

test('A file that exists at the partner is not overwritten by default, and the others arrive', async () => {
  tree.put('/refuse/there.xml', { content: 'of the partner' });
  const refuse = pushOf('acme', 'refuse');
  await refuse.put('there.xml', 'ours');
  await refuse.put('free.xml', 'ours');
  await queues.quiet();

  const { exitCode, outcomes } = await refuse.run();

  expect(exitCode).toBe(1);
  expect(outcomes).toEqual({
    'acme/refuse/there.xml': 'failed target-exists',
    '/refuse/free.xml': 'skipped delivered',
  });
  expect(tree.bytesOf('/refuse/there.xml').toString()).toBe('of the partner');
  expect(await refuse.attention()).toEqual({ 'there.xml': 'target-exists' });
  expect(uploads('/refuse/').filter((path) => path.includes('there'))).toEqual([]);
});

test('`overwrite: replace` replaces a file that exists at the partner', async () => {
  tree.put('/replace/a.xml', { content: 'of the partner' });

  await pushOf('acme', 'replace').put('a.xml', 'ours');
  await queues.quiet();

  expect(tree.bytesOf('/replace/a.xml').toString()).toBe('ours');
});

test('The error names the setting that helps when the server does not rename over a file', async () => {
  strict.tree.put('/replace/a.xml', { content: 'of the partner' });
  const replace = pushOf('strict', 'replace');

  await replace.put('a.xml', 'ours');
  await queues.quiet();

  const [issue] = await replace.issues();
  expect(issue).toMatchObject({ path: 'a.xml', error: 'target-exists' });
  expect(issue?.message).toContain('overwrite: delete-first');
  expect(strict.tree.bytesOf('/replace/a.xml').toString()).toBe('of the partner');
  expect(await names('/replace', strict.tree)).toEqual(['a.xml']);
});

test('`overwrite: delete-first` deletes the old file only after the new one is uploaded and verified', async () => {
  strict.tree.put('/delete-first/a.xml', { content: 'of the partner' });
  const before = strict.server.log.length;

  await pushOf('strict', 'delete-first').put('a.xml', 'ours');
  await queues.quiet();

  const commands = strict.server.log.slice(before).filter(({ argument }) => argument.includes('a.xml'));
  const order = commands.map(({ command }) => command);
  // Checks of the upload, and of target and upload once more.
  const checks = ['SIZE', 'MDTM', 'SIZE', 'MDTM', 'SIZE', 'MDTM'];
  // The last SIZE finds nothing at the old name.
  expect(order.slice(order.indexOf('STOR'))).toEqual(['STOR', ...checks, 'DELE', 'RNFR', 'RNTO', 'SIZE']);
  expect(strict.tree.bytesOf('/delete-first/a.xml').toString()).toBe('ours');
});

test('`overwrite: delete-first` deletes nothing when the upload fails', async () => {
  tree.put('/delete-first/a.xml', { content: 'of the partner' });
  server.fault({
    on: 'STOR',
    path: /^\/delete-first\//,
    times: 1,
    do: { kind: 'reply', code: 552, text: 'Full.' },
  });

  await pushOf('acme', 'delete-first').put('a.xml', 'ours');
  await queues.quiet();

  expect(tree.bytesOf('/delete-first/a.xml').toString()).toBe('of the partner');
  const deleted = server.log.filter(({ command }) => command === 'DELE').map(({ argument }) => argument);
  expect(deleted).not.toContain('/delete-first/a.xml');
  expect(await pushOf('acme', 'delete-first').attention()).toEqual({ 'a.xml': 'no-space' });
});

test('Checksum and marker are written after the file, the marker last', async () => {
  await pushOf('acme', 'marked').put('deep/a.xml', 'ours');
  await queues.quiet();

  expect(tree.bytesOf('/marked/deep/a.xml.sha256').toString()).toBe(`${sha256('ours')}  a.xml\n`);
  expect(tree.bytesOf('/marked/deep/a.xml.done')).toHaveLength(0);
  expect(await names('/marked/deep')).toEqual(['a.xml', 'a.xml.done', 'a.xml.sha256']);
  const written = server.log
    .filter(({ command, argument }) => ['STOR', 'RNTO'].includes(command) && argument.includes('a.xml'))
    .filter(({ argument }) => argument.startsWith('/marked/'))
    .map(({ command, argument }) => `${command} ${argument.split('.').at(-1)}`);
  expect(written).toEqual(['STOR part', 'RNTO xml', 'STOR part', 'RNTO sha256', 'STOR part', 'RNTO done']);
});

test('A marker exists only while its file is complete, also when a new version is uploaded', async () => {
  const marked = pushOf('acme', 'marked');
  await marked.put('twice.xml', 'one');
  await queues.quiet();
  const before = server.log.length;

  await marked.put('twice.xml', 'two');
  await queues.quiet();

  const commands = server.log.slice(before).map(({ command, argument }) => `${command} ${argument}`);
  const at = (command: string) => commands.indexOf(command);
  expect(at('DELE /marked/twice.xml.done')).toBeGreaterThan(-1);
  expect(at('DELE /marked/twice.xml.done')).toBeLessThan(at('RNTO /marked/twice.xml'));
  expect(at('RNTO /marked/twice.xml.done')).toBeGreaterThan(at('RNTO /marked/twice.xml.sha256'));
  expect(tree.bytesOf('/marked/twice.xml.sha256').toString()).toBe(`${sha256('two')}  twice.xml\n`);
});

const hasSha256sum = spawnSync('sha256sum', ['--version']).status === 0;
if (!hasSha256sum)
  process.stdout.write('Skipped: reading checksum files with sha256sum: it is not installed.\n');

test.skipIf(!hasSha256sum)('sha256sum -c confirms what arrived', async () => {
  for (const name of ['plain.xml', 'März €.xml', 'back\\slash.xml']) {
    await pushOf('on-disk').put(name, `content of ${name}`);
  }
  await queues.quiet();

  const said = execFileSync('sh', ['-c', 'sha256sum -c -- *.sha256'], { cwd: join(folder, 'files') });

  expect(said.toString().match(/: OK$/gm)).toHaveLength(3);
});

test('With `after: keep` the object is left as it is', async () => {
  const kept = pushOf('acme', 'kept');
  const VersionId = await kept.put('a.xml', 'ours');

  await queues.quiet();

  expect(await readTags('acme/kept/a.xml', VersionId)).toEqual([]);
  expect((await storedVersions(stage.outbox, kept.prefix)).get('a.xml')).toHaveLength(1);
});

test('With `after: tag` the delivered version is tagged with the time', async () => {
  const VersionId = await pushOf('acme', 'tag').put('a.xml', 'ours');

  await queues.quiet();

  const [tag] = await readTags('acme/tag/a.xml', VersionId);
  expect(tag?.Key).toBe('ftps-sync:delivered');
  expect(Number.isNaN(Date.parse(tag?.Value ?? ''))).toBe(false);
});

test('With `after: delete` the object gets a delete marker, and its versions stay', async () => {
  const flow = pushOf('acme', 'delete');
  await flow.put('a.xml', 'ours');

  await queues.quiet();

  expect(await isVisible('acme/delete/a.xml')).toBe(false);
  const versions = (await storedVersions(stage.outbox, flow.prefix)).get('a.xml');
  expect(versions?.map((version) => version.sha256)).toEqual([sha256('ours')]);
  expect((await flow.run()).document).toMatchObject({ listed: 0, failed: 0 });
});

test('With `after: delete`, a version that is put meanwhile survives and is delivered too', async () => {
  const flow = pushOf('acme', 'delete');
  // The second version is put just before the first one gets its final name and its object is deleted.
  const change = () => flow.put('raced.xml', 'second');
  server.fault({ on: 'RNTO', path: '/delete/raced.xml', times: 1, do: { kind: 'beforehand', change } });

  await flow.put('raced.xml', 'first');
  await queues.quiet();

  expect(tree.bytesOf('/delete/raced.xml').toString()).toBe('second');
  expect(uploads('/delete/.raced.xml')).toHaveLength(2);
  expect((await flow.record('raced.xml')).delivered?.sha256).toBe(sha256('second'));
  const versions = (await storedVersions(stage.outbox, flow.prefix)).get('raced.xml');
  expect(versions?.map((version) => version.sha256)).toEqual([sha256('second'), sha256('first')]);
});

test('An upload uses the staging name of the flow', async () => {
  await pushOf('acme', 'named').put('a.xml', 'ours');

  await queues.quiet();

  expect(uploads('/named/')).toEqual([expect.stringMatching(/^\/named\/a\.xml\.[0-9a-f]{16}\.tmp$/)]);
  expect(await names('/named')).toEqual(['a.xml']);
});

function uploads(below: string): readonly string[] {
  return server.transfers
    .filter(({ command, path }) => command === 'STOR' && path.startsWith(below))
    .map(({ path }) => path);
}

async function names(directory: string, of = tree): Promise<readonly string[]> {
  return [...(await of.list(directory))].map(({ name }) => name).toSorted();
}

async function readTags(Key: string, VersionId: string) {
  const { client, name } = stage.outbox;
  const { TagSet = [] } = await client.send(new GetObjectTaggingCommand({ Bucket: name, Key, VersionId }));
  return TagSet;
}

async function isVisible(Key: string): Promise<boolean> {
  const { client, name } = stage.outbox;
  return client.send(new HeadObjectCommand({ Bucket: name, Key })).then(
    () => true,
    () => false,
  );
}
