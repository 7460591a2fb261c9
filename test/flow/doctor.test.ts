import { afterAll, expect, test } from 'vitest';
import { parse } from 'yaml';
import { diagnosisSchema } from '../../lambdas/contract/diagnosis.ts';
import { startPlainFtpServer } from '../support/ftps-server/broken-servers.ts';
import { makeCliFolder } from '../support/stage/cli-folder.ts';
import { partnerAt, startTestPartner, testPassword, testUser } from '../support/stage/test-partner.ts';

const orders = { direction: 'push', overwrite: 'replace' };
const acme = await startTestPartner('acme', { flows: { files: {}, orders } });
acme.tree.put('/files/a.csv', { content: Buffer.alloc(300_000, 'abc') });
const picky = await startTestPartner('picky', {
  server: { features: { renameReplaces: false }, maxConnections: 2 },
  flows: { files: {}, orders },
});
const locked = await startTestPartner('locked', { login: { user: testUser, password: 'not-this-one' } });
const plain = await startPlainFtpServer();
afterAll(() => plain.close());
const { run } = makeCliFolder([acme, picky, locked, partnerAt(plain.port, 'plain')]);

test('doctor ends with 0 where all is well, and says so at each step', async () => {
  const { exitCode, stdout } = await run('doctor', 'acme', '--write', '/orders');

  expect(stdout).toMatch(/^STEP +FINDING +TIME +WHAT WAS SEEN\n/);
  expect(stdout).toMatch(/^rest +ok +.*proved by the bytes of \/files\/a\.csv/m);
  expect(stdout).toMatch(/^acme at 127\.0\.0\.1:\d+: all is well \(0 problems, 0 notes, /m);
  expect(exitCode).toBe(0);
});

test('doctor --json is one document with all of it, and no password', async () => {
  const { exitCode, stdout, stderr } = await run('doctor', 'acme', '--json');

  const diagnosis = diagnosisSchema.parse(JSON.parse(stdout));
  expect(diagnosis).toMatchObject({ partner: 'acme', verdict: 'well', settings: [] });
  expect(diagnosis.certificates[0]?.fingerprint).toMatch(/^[0-9a-f]{64}$/);
  expect(stdout + stderr).not.toContain(testPassword);
  expect(exitCode).toBe(0);
});

test('doctor ends with 1 where a setting helps, and writes it as it stands in a partner file', async () => {
  const { exitCode, stdout } = await run('doctor', 'picky', '--write', '/orders');

  const block = /only what differs:\n\n([\s\S]*?)\n\n/.exec(stdout)?.[1] ?? '';
  expect(parse(block)).toEqual({
    connection: { maxConnections: 2 },
    flows: [{ name: 'orders', overwrite: 'delete-first' }],
  });
  expect(exitCode).toBe(1);
});

test('doctor ends with 5 where nobody can log in, and shows no secret', async () => {
  const { exitCode, stdout, stderr } = await run('doctor', 'locked');

  expect(stdout).toMatch(/^login +problem +.*login-refused/m);
  expect(stdout).toContain('Put the right user and password into the secret ftps-sync/locked');
  expect(stdout + stderr).not.toContain('not-this-one');
  expect(exitCode).toBe(5);
});

test('doctor ends with 5 where there is no TLS, and names what it did not ask', async () => {
  const { exitCode, stdout } = await run('doctor', 'plain');

  expect(stdout).toMatch(/^tls +problem +.*not-ftps/m);
  expect(stdout).toMatch(/^Not asked: certificate, login, features/m);
  expect(exitCode).toBe(5);
});

test.each([
  ['a partner that nobody knows', ['nobody']],
  ['a name that is none', ['Not A Name']],
  ['a directory that is not absolute', ['acme', '--write', 'orders']],
])('doctor ends with 2 for %s', async (_, args) => {
  const { exitCode, stderr } = await run('doctor', ...args);

  expect(stderr).not.toBe('');
  expect(exitCode).toBe(2);
});
