import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { PutObjectCommand } from '@aws-sdk/client-s3';
import { expect, test } from 'vitest';
import { z } from 'zod';
import { reportedFileSchema, runReportSchema } from '../../lambdas/contract/run-report.ts';
import { makeCliFolder } from '../support/stage/cli-folder.ts';
import { sha256 } from '../support/stage/sha256.ts';
import { startTestPartner, testPassword } from '../support/stage/test-partner.ts';
import { openTestStage } from '../support/stage/test-stage.ts';

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

test('run --json prints one document with totals and files, and progress beside it', async () => {
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
      // CRC-32 of that letter: e8b7be43.
      crc32: '6Le+Qw==',
    },
    expect.objectContaining({ path: '/documents/b.csv', sizeBytes: 2 }),
  ]);
  const lines = stderr.trim().split('\n');
  expect(lines.every((line) => z.json().safeParse(JSON.parse(line)).success)).toBe(true);
});

test('plan --json prints the same shape, with what would be done', async () => {
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

test('The files of a document come in pages where that is asked for', async () => {
  for (let number = 1; number <= 5; number++) tree.put(`/pages/${number}.csv`, { content: `${number}` });

  const { stdout } = await run('plan', 'acme', 'pages', '--json', '--limit', '2', '--offset', '3');

  expect(JSON.parse(stdout).files).toHaveLength(2);
});

test('A run that a guard halts ends with 3, and goes on with --accept-listing', async () => {
  tree.put('/halting/a.csv', { content: 'a' });
  await run('run', 'acme', 'halting');
  tree.delete('/halting/a.csv');

  const halted = await run('run', 'acme', 'halting');
  const accepted = await run('run', 'acme', 'halting', '--accept-listing');

  expect(halted.exitCode).toBe(3);
  expect(halted.stdout).toContain('--accept-listing');
  expect(accepted.exitCode).toBe(0);
});

test('status tells the last run and the next one', async () => {
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

test('ls shows the objects of a flow, and get brings them with equal bytes', async () => {
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

test('get writes nothing outside of its folder, whatever a key says', async () => {
  await putForeign('acme/foreign/../../escaped.csv');
  const to = join(cli.folder, 'foreign', 'deep');

  const { exitCode, stderr } = await run('get', 'acme', 'foreign', '--to', to);

  expect(exitCode).toBe(2);
  expect(stderr).toContain('has no place below');
  expect(readdirSync(cli.folder)).not.toContain('escaped.csv');
});

test('get says where there is nothing to get', async () => {
  const { exitCode, stderr } = await run('get', 'acme', 'foreign', 'absent.csv', '--to', cli.folder);

  expect(exitCode).toBe(2);
  expect(stderr).toContain("There is no object absent.csv under acme/foreign/. 'ls' shows what is there.");
});

test('Other commands work with the stack that local up keeps running', async () => {
  tree.put('/up/a.csv', { content: 'a' });
  const up = start('local', 'up');
  const said = await up.firstLine;

  const pulled = await run('run', 'acme', 'up', '--json');
  const status = await run('status', 'acme', 'up', '--json');
  up.child.kill('SIGTERM');
  const { exitCode } = await up.ended;

  expect(JSON.parse(said)).toMatchObject({
    endpoint: expect.stringMatching(/^http:\/\/127\.0\.0\.1:\d+$/),
    environment: { AWS_ENDPOINT_URL: JSON.parse(said).endpoint },
  });
  expect(pulled.exitCode).toBe(0);
  expect(JSON.parse(status.stdout).flows[0].lastRun.run).toBe(JSON.parse(pulled.stdout).run);
  expect(exitCode).toBe(0);
});

test('Ctrl-C ends a run at once, and the next one completes it', async () => {
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

test('Nothing that a run writes or prints holds a password, not even where the login is refused', async () => {
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

/** Every file below the folder that has the text somewhere among its bytes. */
function filesWith(text: string, folder: string): readonly string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map(({ parentPath, name }) => join(parentPath, name))
    .filter((file) => readFileSync(file).includes(text));
}
