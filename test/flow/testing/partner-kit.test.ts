// The page docs/testing.md consists of this file; test/unit/docs/testing-page.test.ts compares them. Lines
// between the two marks are not on the page.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { createAuthority, type Partner, startPartner } from 'ftps-sync/testing';
import { beforeAll, expect, test } from 'vitest';
// <not on the page>
import { shareFunctions } from '../../support/functions/share-functions.ts';

// </not on the page>

const folder = mkdtempSync(join(tmpdir(), 'my-flows-'));
const data = join(folder, 'data');
const places = ['--partners', folder, '--secrets', join(folder, 'secrets.json'), '--data', data];

const acme = await startPartner();
const narrow = await startPartner({ maxConnections: 2 });
const slow = await startPartner({ paceBytesPerSecond: 20_000 });
const old = await startPartner({ features: { mlsd: false, localTimeOffsetMinutes: -300 } });
const expired = await startPartner({ certificate: await expiredCertificate() });
const partners = { acme, narrow, slow, old, expired };

async function expiredCertificate() {
  const authority = await createAuthority('An authority');
  return authority.issue({ names: ['127.0.0.1'], notAfter: new Date(Date.now() - 24 * 60 * 60_000) });
}

/** A flow for each test, so that they do not meet. Replace it with your own flows. */
const flows = ['stalls', 'truncates', 'cuts', 'lies', 'refuses', 'changes', 'replies', 'files'];

function partnerFile(name: string, { connection }: Partner) {
  return {
    partner: name,
    connection: { ...connection, secret: `ftps-sync/${name}`, maxConnections: 4 },
    flows: flows.map((flow) => ({
      name: flow,
      direction: 'pull',
      remote: `/${flow}`,
      prefix: `${name}/${flow}/`,
      settled: { minAge: '10m' },
      after: flow === 'replies' ? 'delete' : 'keep',
    })),
  };
}

function command(...args: readonly string[]) {
  return spawn('node', ['cli/start.mjs', ...args, ...places], { stdio: ['ignore', 'pipe', 'pipe'] });
}

/** Runs a flow. Returns the exit code, and the outcome of each file. */
async function run(partner: string, flow: string) {
  const child = command('run', partner, flow, '--json');
  const outputs = Promise.all([text(child.stdout), text(child.stderr)]);
  const [exitCode] = await once(child, 'close');
  const [report, messages] = await outputs;
  if (report === '') throw new Error(messages);
  const { files = [], ...totals } = JSON.parse(report);
  const outcomes = files.map(({ path = '', outcome = '', reason = '' }) => [
    path.slice(`/${flow}/`.length),
    `${outcome} ${reason.split(':')[0]}`.trim(),
  ]);
  return { exitCode, totals, files: Object.fromEntries(outcomes) };
}

/** An hour ago: a file that is old enough for `settled.minAge`. */
const modified = new Date(Date.now() - 60 * 60_000);

// <not on the page>
shareFunctions(data);
// </not on the page>
beforeAll(async () => {
  const secrets: Record<string, object> = {};
  for (const [name, partner] of Object.entries(partners)) {
    for (const flow of flows) partner.files.putDirectory(`/${flow}`);
    writeFileSync(join(folder, `${name}.yaml`), JSON.stringify(partnerFile(name, partner)));
    secrets[`ftps-sync/${name}`] = partner.login;
  }
  writeFileSync(join(folder, 'secrets.json'), JSON.stringify(secrets), { mode: 0o600 });
  // Functions of 15 seconds instead of 15 minutes, so that a partner that stalls does not hold up the tests.
  const up = command('local', 'up', '--function-time', '15');
  await once(up.stdout, 'data');
  return async () => {
    up.kill('SIGTERM');
    await once(up, 'close');
    for (const partner of Object.values(partners)) await partner.close();
    rmSync(folder, { recursive: true });
  };
});

test('a partner that stalls in the middle of a file', async () => {
  acme.files.put('/stalls/a.csv', { content: 'some text', modified });
  acme.server.fault({
    on: 'RETR',
    path: '/stalls/a.csv',
    times: 1,
    do: { kind: 'stall-data', afterBytes: 4 },
  });

  const { exitCode, files } = await run('acme', 'stalls');

  expect(exitCode).toBe(0);
  expect(files).toEqual({ 'a.csv': 'transferred' });
});

test('a partner that sends half of a file and says that it was all', async () => {
  acme.files.put('/truncates/a.csv', { content: 'some text', modified });
  const mend = acme.server.fault({
    on: 'RETR',
    path: '/truncates/a.csv',
    do: { kind: 'cut-data', afterBytes: 4, with: 'fin', code: 226, text: 'Transfer complete.' },
  });

  const broken = await run('acme', 'truncates');
  mend();
  const mended = await run('acme', 'truncates');

  expect(broken).toMatchObject({ exitCode: 1, files: { 'a.csv': 'failed wrong-size' } });
  expect(mended).toMatchObject({ exitCode: 0, files: { 'a.csv': 'transferred' } });
});

test('a connection that is cut at a byte', async () => {
  acme.files.put('/cuts/a.csv', { content: 'some text', modified });
  for (const afterBytes of [0, 1]) {
    acme.server.fault({
      on: 'RETR',
      path: '/cuts/a.csv',
      times: 1,
      do: { kind: 'cut-data', afterBytes, with: 'reset', code: 426, text: 'Connection closed.' },
    });
  }

  const { files } = await run('acme', 'cuts');

  const sent = acme.server.transfers.filter(({ path }) => path === '/cuts/a.csv').map(({ bytes }) => bytes);
  expect(files).toEqual({ 'a.csv': 'transferred' });
  expect(sent).toEqual([0, 1, 9]);
});

test('a partner that lies about the size', async () => {
  acme.files.put('/lies/a.csv', { content: 'some text', modified });
  acme.server.fault({ on: 'SIZE', path: '/lies/a.csv', do: { kind: 'reply', code: 213, text: '5' } });

  const { exitCode, files } = await run('acme', 'lies');

  expect(exitCode).toBe(1);
  expect(files).toEqual({ 'a.csv': 'failed changed' });
});

test('a partner that refuses one file', async () => {
  acme.files
    .put('/refuses/a.csv', { content: 'a', modified })
    .put('/refuses/b.csv', { content: 'b', modified });
  acme.server.fault({
    on: 'RETR',
    path: '/refuses/a.csv',
    do: { kind: 'reply', code: 550, text: 'Permission denied.' },
  });

  const { exitCode, files } = await run('acme', 'refuses');

  expect(exitCode).toBe(1);
  expect(files).toEqual({ 'a.csv': 'failed denied', 'b.csv': 'transferred' });
});

test('a file that changes while it is read', async () => {
  acme.files.put('/changes/a.csv', { content: 'some text', modified });
  const change = () => acme.files.put('/changes/a.csv', { content: 'some other text', modified });
  acme.server.fault({
    on: 'RETR',
    path: '/changes/a.csv',
    times: 1,
    do: { kind: 'meanwhile', afterBytes: 4, change },
  });

  const first = await run('acme', 'changes');
  const second = await run('acme', 'changes');

  expect(first.files).toEqual({ 'a.csv': 'failed changed' });
  expect(second.files).toEqual({ 'a.csv': 'transferred' });
});

test('a reply that is lost', async () => {
  acme.files.put('/replies/a.csv', { content: 'some text', modified });
  acme.server.fault({ on: 'DELE', times: 1, do: { kind: 'cut-control', when: 'after', with: 'reset' } });

  const { exitCode, totals } = await run('acme', 'replies');

  expect(exitCode).toBe(0);
  expect(totals).toMatchObject({ transferred: 1, disposed: 1 });
});

test('a partner that allows two sessions', async () => {
  for (const number of [1, 2, 3, 4, 5, 6]) {
    narrow.files.put(`/files/${number}/a.csv`, { content: `${number}`, modified });
  }

  const { exitCode, totals } = await run('narrow', 'files');

  expect(exitCode).toBe(0);
  expect(totals).toMatchObject({ transferred: 6, failed: 0 });
});

test('a slow partner', async () => {
  slow.files.put('/files/a.csv', { content: 'x'.repeat(40_000), modified });

  const { files } = await run('slow', 'files');

  expect(files).toEqual({ 'a.csv': 'transferred' });
});

test('a partner with LIST only, five hours west of UTC', async () => {
  old.files.put('/files/old.csv', { content: 'old', modified });
  old.files.put('/files/new.csv', { content: 'new', modified: new Date() });

  const { files } = await run('old', 'files');

  expect(files).toEqual({ 'old.csv': 'transferred', 'new.csv': 'held min-age-not-reached' });
  expect(new Set(old.server.log.map(({ command }) => command))).toContain('LIST');
});

test('a certificate that has expired', async () => {
  const { exitCode, totals } = await run('expired', 'files');

  expect(exitCode).toBe(5);
  expect(totals.cause.error).toBe('certificate-refused');
  expect(expired.server.log.map(({ command }) => command)).not.toContain('PASS');
});
