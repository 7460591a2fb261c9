import { PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { expect, test } from 'vitest';
import { findStage } from '../../../cli/stage/stage.ts';
import { clientEnvironment } from '../../../local/account/local-account.ts';
import { readLock } from '../../../local/lock.ts';
import { serveCli } from '../../support/cli/serve-cli.ts';
import { startTestPartner } from '../../support/partner/test-partner.ts';

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

test('adopt records existing objects that match the listing, and transfers nothing', async () => {
  const modified = new Date('2026-11-01T10:00:00Z');
  for (const name of ['same', 'longer', 'absent'])
    tree.put(`/adopted/${name}.csv`, { content: 'abc', modified });
  await put(inbox.name, 'acme/adopted/same.csv', 'abc');
  await put(inbox.name, 'acme/adopted/longer.csv', 'abcdef');

  const tried = await ask('adopt', 'acme', 'adopted', '--dry-run', ...why);
  const adopted = await ask('adopt', 'acme', 'adopted', ...why);
  const fetched = server.log.filter(({ command }) => command === 'RETR');
  const known = await ask('files', 'acme', 'adopted');

  const counts = { adoption: { adopted: 1, sizeDiffers: 1, noObject: 1 }, transferred: 0 };
  expect(tried).toMatchObject({ exitCode: 0, document: { ...counts, mode: 'plan' } });
  expect(adopted).toMatchObject({ exitCode: 0, document: { ...counts, mode: 'run' } });
  expect(fetched).toEqual([]);
  expect(known.document).toMatchObject({ files: [{ path: 'same.csv', state: 'transferred' }] });
});

test('After adopt, a run transfers the rest and does not touch a foreign object', async () => {
  const { exitCode, document } = await ask('run', 'acme', 'adopted');

  expect(exitCode).toBe(1);
  expect(document).toMatchObject({ transferred: 1, failed: 1, skipped: 1 });
  expect(JSON.stringify(document)).toContain('foreign-object');
});

test('An adopted file that changes at the partner replaces its object', async () => {
  tree.put('/adopted/same.csv', { content: 'a new one' });

  const { document } = await ask('run', 'acme', 'adopted');

  expect(document).toMatchObject({ transferred: 1 });
});

function deliveriesTo(path: string): number {
  return server.log.filter(({ command, argument }) => command === 'RNTO' && argument.endsWith(path)).length;
}

test('replay delivers the current version of an object once', async () => {
  await put(outbox.name, 'acme/sent/a.xml', 'a');
  await ask('run', 'acme', 'sent');

  const replayed = await ask('replay', 'acme', 'sent', 'a.xml', ...why);
  const after = await ask('run', 'acme', 'sent');

  expect(replayed).toMatchObject({ exitCode: 0, document: { outcome: 'transferred', path: '/sent/a.xml' } });
  expect(after.document).toMatchObject({ transferred: 0, skipped: 1 });
  expect(deliveriesTo('/sent/a.xml')).toBe(2);
});

test('A replayed delivery respects the overwrite setting', async () => {
  await put(outbox.name, 'acme/kept/a.xml', 'a');
  await ask('run', 'acme', 'kept');

  const replayed = await ask('replay', 'acme', 'kept', 'a.xml', ...why);

  expect(replayed).toMatchObject({ exitCode: 1, document: { outcome: 'failed' } });
  expect(JSON.stringify(replayed.document)).toContain('target-exists');
});

test('Objects in the outbox of a paused flow are delivered after resume', async () => {
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
