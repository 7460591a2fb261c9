import { afterAll, expect, test } from 'vitest';
import { parse } from 'yaml';
import { diagnosisSchema } from '../../../lambdas/contract/documents/diagnosis.ts';
import { startPlainFtpServer } from '../../../testing/ftps-server/broken-servers.ts';
import { makeCliFolder } from '../../support/cli/cli-folder.ts';
import { partnerAt, startTestPartner, testPassword, testUser } from '../../support/partner/test-partner.ts';

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

test('doctor exits with 0 for a healthy partner, with a line for each step', async () => {
  const { exitCode, stdout } = await run('doctor', 'acme', '--write', '/orders');

  expect(stdout).toMatch(/^STEP +LEVEL +TIME +RESULT\n/);
  expect(stdout).toMatch(/^rest +ok +.*verified with the bytes of \/files\/a\.csv/m);
  expect(stdout).toMatch(/^acme at 127\.0\.0\.1:\d+: connected, no errors \(0 errors, 0 warnings, /m);
  expect(exitCode).toBe(0);
});

test('doctor --json prints one document without the password', async () => {
  const { exitCode, stdout, stderr } = await run('doctor', 'acme', '--json');

  const diagnosis = diagnosisSchema.parse(JSON.parse(stdout));
  expect(diagnosis).toMatchObject({ partner: 'acme', verdict: 'healthy', settings: [] });
  expect(diagnosis.certificates[0]?.fingerprint).toMatch(/^[0-9a-f]{64}$/);
  expect(stdout + stderr).not.toContain(testPassword);
  expect(exitCode).toBe(0);
});

test('doctor exits with 1 where a setting helps, and prints it in the format of a partner file', async () => {
  const { exitCode, stdout } = await run('doctor', 'picky', '--write', '/orders');

  const block = /Change in the partner file of picky:\n\n([\s\S]*?)\n\n/.exec(stdout)?.[1] ?? '';
  expect(parse(block)).toEqual({
    connection: { maxConnections: 2 },
    flows: [{ name: 'orders', overwrite: 'delete-first' }],
  });
  expect(exitCode).toBe(1);
});

test('doctor exits with 5 where the login fails, and shows no secret', async () => {
  const { exitCode, stdout, stderr } = await run('doctor', 'locked');

  expect(stdout).toMatch(/^login +error +.*login-refused/m);
  expect(stdout).toContain('Put the right user and password into the secret ftps-sync/locked');
  expect(stdout + stderr).not.toContain('not-this-one');
  expect(exitCode).toBe(5);
});

test('doctor exits with 5 where there is no TLS, and names the steps that it did not check', async () => {
  const { exitCode, stdout } = await run('doctor', 'plain');

  expect(stdout).toMatch(/^tls +error +.*not-ftps/m);
  expect(stdout).toMatch(/^Not checked: certificate, login, features/m);
  expect(exitCode).toBe(5);
});

test.each([
  ['an unknown partner', ['nobody']],
  ['an invalid partner id', ['Not A Name']],
  ['a relative directory', ['acme', '--write', 'orders']],
])('doctor exits with 2 for %s', async (_, args) => {
  const { exitCode, stderr } = await run('doctor', ...args);

  expect(stderr).not.toBe('');
  expect(exitCode).toBe(2);
});
