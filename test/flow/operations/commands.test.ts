import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { PutObjectCommand } from '@aws-sdk/client-s3';
import { expect, test } from 'vitest';
import { z } from 'zod';
import { reportedFileSchema, runReportSchema } from '../../../lambdas/contract/documents/run-report.ts';
import { readLock } from '../../../local/lock.ts';
import { makeCliFolder } from '../../support/cli/cli-folder.ts';
import { startTestPartner, testPassword } from '../../support/partner/test-partner.ts';
import { sha256 } from '../../support/sha256.ts';
import { openTestStage } from '../../support/stage/test-stage.ts';
import { waitUntil } from '../../support/wait-until.ts';

/** What `run --json` and `plan --json` print: README, 'Commands'. */
const runDocumentSchema = runReportSchema.extend({ files: z.array(reportedFileSchema) });

const acme = await startTestPartner('acme', {
  flows: {
    documents: {},
    pages: {},
    halting: {},
    listed: { schedule: { cron: '15 2 * * ? *', timeZone: 'Europe/Rome' } },
    fetched: {},
    foreign: {},
    failing: {},
    up: {},
    stopped: {},
  },
});
const refusing = await startTestPartner('refusing', {
  login: { user: 'ann', password: 'wrong-horse-battery' },
});
const { tree, server } = acme;
const cli = makeCliFolder([acme, refusing]);
const { run, start, dataFolder } = cli;

test('run --json prints one document with totals and files to stdout, and progress to stderr', async () => {
  tree.put('/documents/a.csv', { content: 'a' }).put('/documents/b.csv', { content: 'bb' });

  const { exitCode, stdout, stderr } = await run('run', 'acme', 'documents', '--json');

  expect(exitCode).toBe(0);
  const document = runDocumentSchema.parse(JSON.parse(stdout));
  expect(document).toMatchObject({ partner: 'acme', flow: 'documents', status: 'succeeded', bytes: 3 });
  expect(document.files.toSorted((a, b) => (a.path < b.path ? -1 : 1))).toEqual([
    {
      path: '/documents/a.csv',
      key: 'acme/documents/a.csv',
      sizeBytes: 1,
      outcome: 'transferred',
      verification: 'size+mtime',
      sha256: sha256('a'),
      // The CRC-32 of 'a': e8b7be43.
      crc32: '6Le+Qw==',
    },
    expect.objectContaining({ path: '/documents/b.csv', sizeBytes: 2 }),
  ]);
  const lines = stderr.trim().split('\n');
  expect(lines.every((line) => z.json().safeParse(JSON.parse(line)).success)).toBe(true);
});

test('plan --json prints the same document with what a run would do', async () => {
  tree.put('/documents/c.csv', { content: 'c' });

  const { exitCode, stdout } = await run('plan', 'acme', 'documents', '--json');

  expect(exitCode).toBe(0);
  const document = runDocumentSchema.parse(JSON.parse(stdout));
  expect(document).toMatchObject({ mode: 'plan', transferred: 0 });
  expect(document.files).toEqual([
    {
      path: '/documents/c.csv',
      key: 'acme/documents/c.csv',
      sizeBytes: 1,
      outcome: 'transfer',
      reason: 'new',
    },
  ]);
});

test('--limit and --offset select a page of the files', async () => {
  for (let number = 1; number <= 5; number++) tree.put(`/pages/${number}.csv`, { content: `${number}` });

  const { stdout } = await run('plan', 'acme', 'pages', '--json', '--limit', '2', '--offset', '3');

  expect(JSON.parse(stdout).files).toHaveLength(2);
});

test('A run that a guard halts exits with 3, and --accept-listing runs it', async () => {
  tree.put('/halting/a.csv', { content: 'a' });
  await run('run', 'acme', 'halting');
  tree.delete('/halting/a.csv');

  const halted = await run('run', 'acme', 'halting');
  const accepted = await run(
    'run',
    'acme',
    'halting',
    '--accept-listing',
    '--reason',
    'moved by the partner',
  );
  const { stdout: audited } = await run('runs', 'acme', 'halting', '--json');

  expect(halted.exitCode).toBe(3);
  expect(halted.stdout).toMatch(/Gone since run \S+: 1 file: \/halting\/a\.csv\n/);
  expect(halted.stdout).toMatch(/If the listing is right: npx ftps-sync approve \S+ --reason TEXT\n$/);
  expect(accepted.exitCode).toBe(0);
  expect(JSON.parse(audited).auditEntries).toMatchObject([
    { kind: 'accept-listing', flow: 'halting', reason: 'moved by the partner' },
  ]);
});

test('status shows the last run and the next one', async () => {
  tree.put('/listed/a.csv', { content: 'a' });
  await run('run', 'acme', 'listed');

  const { exitCode, stdout } = await run('status', 'acme', 'listed', '--json');

  expect(exitCode).toBe(0);
  expect(JSON.parse(stdout).flows).toMatchObject([
    {
      partner: 'acme',
      flow: 'listed',
      lastRun: { status: 'succeeded', transferred: 1 },
      nextRunAt: expect.stringMatching(/T0[01]:15:00.000Z$/),
    },
  ]);
});

test('ls lists the objects of a flow, and get downloads them with equal bytes', async () => {
  const content = { sizeBytes: 9 * 1024 * 1024, seed: 5 };
  tree.put('/fetched/big.bin', { content }).put('/fetched/d/à b.csv', { content: 'é' });
  await run('run', 'acme', 'fetched');
  const to = join(cli.folder, 'fetched');

  const listed = await run('ls', 'acme', 'fetched', '--json');
  const fetched = await run('get', 'acme', 'fetched', '--to', to);

  expect([listed.exitCode, fetched.exitCode]).toEqual([0, 0]);
  expect(JSON.parse(listed.stdout)).toMatchObject({
    files: 2,
    objects: [{ path: 'big.bin', sizeBytes: content.sizeBytes }, { path: 'd/à b.csv' }],
  });
  expect(readFileSync(join(to, 'big.bin')).equals(tree.bytesOf('/fetched/big.bin'))).toBe(true);
  expect(readFileSync(join(to, 'd/à b.csv'), 'utf8')).toBe('é');
  expect(readdirSync(to).toSorted()).toEqual(['big.bin', 'd']);
});

test('get writes nothing outside of its folder, whatever the key', async () => {
  await putForeign('acme/foreign/../../escaped.csv');
  const to = join(cli.folder, 'foreign', 'deep');

  const { exitCode, stderr } = await run('get', 'acme', 'foreign', '--to', to);

  expect(exitCode).toBe(2);
  expect(stderr).toContain('would be written outside of');
  expect(readdirSync(cli.folder)).not.toContain('escaped.csv');
});

test('get without a matching object says so', async () => {
  const { exitCode, stderr } = await run('get', 'acme', 'foreign', 'absent.csv', '--to', cli.folder);

  expect(exitCode).toBe(2);
  expect(stderr).toContain(
    'There is no object absent.csv under acme/foreign/. To list the objects: ls acme foreign',
  );
});

test('Other commands use the stack that local up keeps running', async () => {
  tree.put('/up/a.csv', { content: 'a' });
  const up = start('local', 'up');
  await waitUntil({ what: 'local up has the data folder', check: () => readLock(dataFolder) });
  const early = await run('ls', 'acme', 'up');
  const said = await up.firstLine;

  const pulled = await run('run', 'acme', 'up', '--json');
  const status = await run('status', 'acme', 'up', '--json');
  up.child.kill('SIGTERM');
  const { exitCode } = await up.ended;

  // It waits for the stack, which was starting, instead of finding the folder busy.
  expect(early).toMatchObject({ exitCode: 0, stdout: '0 objects, 0 B under acme/up/\n' });
  expect(JSON.parse(said)).toMatchObject({
    endpoint: expect.stringMatching(/^http:\/\/127\.0\.0\.1:\d+$/),
    environment: { AWS_ENDPOINT_URL: JSON.parse(said).endpoint },
  });
  expect(pulled.exitCode).toBe(0);
  expect(JSON.parse(status.stdout).flows[0].lastRun.run).toBe(JSON.parse(pulled.stdout).run);
  expect(exitCode).toBe(0);
});

test('Ctrl-C stops a run at once, and the next run completes it', async () => {
  tree.put('/stopped/a.csv', { content: 'a' }).put('/stopped/b.csv', { content: 'b' });
  const reached = Promise.withResolvers<void>();
  server.fault({
    on: 'RETR',
    path: '/stopped/b.csv',
    times: 1,
    do: { kind: 'meanwhile', afterBytes: 0, change: reached.resolve },
  });
  server.fault({ on: 'RETR', path: '/stopped/b.csv', times: 1, do: { kind: 'no-final-reply' } });
  const running = start('run', 'acme', 'stopped');
  await reached.promise;

  running.child.kill('SIGINT');
  const stopped = await running.ended;
  server.clearFaults();
  const next = await run('run', 'acme', 'stopped', '--json');

  expect(stopped.exitCode).toBe(130);
  expect(next.exitCode).toBe(0);
  expect(JSON.parse(next.stdout)).toMatchObject({ listed: 2, failed: 0 });
});

test('No file and no output of a run contains a password, even when the login is refused', async () => {
  tree.put('/failing/a.csv', { content: 'a', unreadable: true });

  const failing = await run('run', 'acme', 'failing');
  const refused = await run('run', 'refusing', 'files', '--json');

  expect([failing.exitCode, refused.exitCode]).toEqual([1, 5]);
  for (const password of [testPassword, 'wrong-horse-battery']) {
    expect(filesWith(password, dataFolder)).toEqual([]);
    for (const { stdout, stderr } of [failing, refused]) expect(stdout + stderr).not.toContain(password);
  }
});

async function putForeign(Key: string): Promise<void> {
  await using opened = await openTestStage(cli);
  const { inbox } = opened.stage;
  await inbox.client.send(new PutObjectCommand({ Bucket: inbox.name, Key, Body: 'foreign' }));
}

/** The files below the folder that contain the text. */
function filesWith(text: string, folder: string): readonly string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map(({ parentPath, name }) => join(parentPath, name))
    .filter((file) => readFileSync(file).includes(text));
}
