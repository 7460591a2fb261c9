import { PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { expect, test } from 'vitest';
import { clientEnvironment } from '../../cli/local/local-account.ts';
import { readLock } from '../../cli/local/lock.ts';
import { findStage } from '../../cli/stage.ts';
import { serveCli } from '../support/stage/served-cli.ts';
import { startTestPartner } from '../support/stage/test-partner.ts';

const push = { direction: 'push', overwrite: 'replace' };
const acme = await startTestPartner('acme', {
  flows: { adopted: {}, sent: push, kept: { direction: 'push' }, waiting: push },
});
const { tree, server } = acme;
const { ask, run, dataFolder } = await serveCli([acme]);
Object.assign(process.env, clientEnvironment(readLock(dataFolder)?.endpoint ?? ''));
const { inbox, outbox } = await findStage('local');
const storage = new S3Client({ forcePathStyle: true });
const why = ['--reason', 'the partner asked for it'] as const;

async function put(Bucket: string, Key: string, Body: string): Promise<void> {
  await storage.send(new PutObjectCommand({ Bucket, Key, Body }));
}

test('Objects of an earlier sync are taken over where they agree with the listing, and nothing is fetched', async () => {
  const modified = new Date('2026-11-01T10:00:00Z');
  for (const name of ['same', 'longer', 'absent'])
    tree.put(`/adopted/${name}.csv`, { content: 'abc', modified });
  await put(inbox.name, 'acme/adopted/same.csv', 'abc');
  await put(inbox.name, 'acme/adopted/longer.csv', 'abcdef');

  const tried = await ask('adopt', 'acme', 'adopted', '--dry-run', ...why);
  const adopted = await ask('adopt', 'acme', 'adopted', ...why);
  const fetched = server.log.filter(({ command }) => command === 'RETR');
  const known = await ask('files', 'acme', 'adopted');

  const counts = { adopted: 1, differs: 1, missing: 1, transferred: 0 };
  expect(tried).toMatchObject({ exitCode: 0, document: { ...counts, mode: 'plan' } });
  expect(adopted).toMatchObject({ exitCode: 0, document: { ...counts, mode: 'run' } });
  expect(fetched).toEqual([]);
  expect(known.document).toMatchObject({ files: [{ path: 'same.csv', state: 'taken' }] });
});

test('After adopting, a run fetches the rest and leaves the strange object alone', async () => {
  const { exitCode, document } = await ask('run', 'acme', 'adopted');

  expect(exitCode).toBe(1);
  expect(document).toMatchObject({ transferred: 1, failed: 1, skipped: 1 });
  expect(JSON.stringify(document)).toContain('object-not-ours');
});

test('An adopted file that changes at the partner replaces its object', async () => {
  tree.put('/adopted/same.csv', { content: 'a new one' });

  const { document } = await ask('run', 'acme', 'adopted');

  expect(document).toMatchObject({ transferred: 1 });
});

function deliveriesTo(path: string): number {
  return server.log.filter(({ command, argument }) => command === 'RNTO' && argument.endsWith(path)).length;
}

test('An object is delivered again in its present version, once for each replay', async () => {
  await put(outbox.name, 'acme/sent/a.xml', 'a');
  await ask('run', 'acme', 'sent');

  const replayed = await ask('replay', 'acme', 'sent', 'a.xml', ...why);
  const after = await ask('run', 'acme', 'sent');

  expect(replayed).toMatchObject({ exitCode: 0, document: { outcome: 'transferred', path: '/sent/a.xml' } });
  expect(after.document).toMatchObject({ transferred: 0, skipped: 1 });
  expect(deliveriesTo('/sent/a.xml')).toBe(2);
});

test('A replay keeps to the rules of overwrite, and shows what was said with the partner', async () => {
  await put(outbox.name, 'acme/kept/a.xml', 'a');
  await ask('run', 'acme', 'kept');

  const replayed = await ask('replay', 'acme', 'kept', 'a.xml', ...why);

  expect(replayed).toMatchObject({ exitCode: 1, document: { outcome: 'failed' } });
  expect(JSON.stringify(replayed.document)).toContain('target-exists');
});

test('What is put into the outbox of a paused flow is delivered once it is resumed', async () => {
  await run('pause', 'acme', 'waiting', '--reason', 'their disk is full');
  await put(outbox.name, 'acme/waiting/a.xml', 'a');
  const paused = await ask('status', 'acme', 'waiting');
  const before = deliveriesTo('/waiting/a.xml');

  const resumed = await ask('resume', 'acme', 'waiting', '--reason', 'there is room again');
  const after = await ask('run', 'acme', 'waiting');

  expect(paused.document).toMatchObject({
    flows: [{ paused: { reason: 'their disk is full' }, attention: 0 }],
  });
  expect(before).toBe(0);
  expect(resumed.document).toMatchObject({ wasPaused: true, reconciled: ['waiting'] });
  expect(after.exitCode).toBe(0);
  expect(deliveriesTo('/waiting/a.xml')).toBe(1);
});
