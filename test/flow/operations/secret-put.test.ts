import { readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { makeCliFolder } from '../../support/cli/cli-folder.ts';
import { noTerminal, runAtTerminal } from '../../support/cli/run-at-terminal.ts';
import { partnerAt } from '../../support/partner/test-partner.ts';

const certificate = '-----BEGIN CERTIFICATE-----\nx\n-----END CERTIFICATE-----\n';
const clientKey = '-----BEGIN PRIVATE KEY-----\nx\n-----END PRIVATE KEY-----\n';
const login = { user: 'ann', password: 'first-password' };
const acme = partnerAt(21, 'acme', { login: { ...login, clientCertificate: certificate, clientKey } });
const globex = partnerAt(21, 'globex', { login });
const cli = makeCliFolder([acme, globex]);

const next = { user: 'ann', password: 'zw"eit\\es Passwort ✓' };

function secretsNow(): Record<string, unknown> {
  return JSON.parse(readFileSync(cli.secrets, 'utf8'));
}

test('A secret from a file replaces only that of its partner, in a file that only its owner can read', async () => {
  const file = join(cli.folder, 'next.json');
  writeFileSync(file, JSON.stringify(next));

  const { exitCode, stdout, stderr } = await cli.run('secret', 'put', 'acme', '--from-file', file);

  expect(exitCode).toBe(0);
  expect(secretsNow()).toEqual({ 'ftps-sync/acme': next, 'ftps-sync/globex': login });
  expect(statSync(cli.secrets).mode & 0o777).toBe(0o600);
  expect(stdout + stderr).not.toContain('Passwort');
});

test.for([
  ['that is not JSON', 'hunter2', 'is not a JSON object'],
  ['without a password', '{"user":"hunter2"}', 'has no valid password'],
  [
    'with a line break in the password',
    '{"user":"a","password":"hunter2\\r\\nDELE x"}',
    'has no valid password',
  ],
])('A secret %s is refused, is not shown, and changes nothing', async ([, content = '', said = '']) => {
  const file = join(cli.folder, 'wrong.json');
  writeFileSync(file, content);
  const before = secretsNow();

  const { exitCode, stdout, stderr } = await cli.run('secret', 'put', 'globex', '--from-file', file);

  expect(exitCode).toBe(2);
  expect(stderr).toContain(said);
  expect(stdout + stderr).not.toContain('hunter2');
  expect(secretsNow()).toEqual(before);
});

test('There is no option for the password', async () => {
  const { exitCode, stderr } = await cli.run('secret', 'put', 'globex', '--password', 'hunter2');

  expect(exitCode).toBe(2);
  expect(stderr).toContain("unknown option '--password'");
});

test('A partner without a partner file is refused by name', async () => {
  const { exitCode, stderr } = await cli.run('secret', 'put', 'nobody', '--from-file', cli.secrets);

  expect(exitCode).toBe(2);
  expect(stderr).toContain("There is no valid partner file for 'nobody'");
});

if (noTerminal !== undefined) process.stdout.write(`Skipped: secret put at a terminal: ${noTerminal}.\n`);

function putAtTerminal(answers: Parameters<typeof runAtTerminal>[1]) {
  const places = ['--partners', cli.partners, '--secrets', cli.secrets];
  return runAtTerminal(['secret', 'put', 'acme', ...places], answers);
}

test.skipIf(noTerminal !== undefined)(
  'The prompt does not echo the password, and a client certificate stays',
  async () => {
    const before = { ...login, clientCertificate: certificate, clientKey };
    writeFileSync(cli.secrets, JSON.stringify({ 'ftps-sync/acme': before }));

    const { exitCode, screen } = await putAtTerminal([
      ['User [ann]: ', '\r'],
      ['Password (not shown): ', 'unseen-horse\r'],
      ['Repeat the password: ', 'unseen-horse\r'],
    ]);

    expect(exitCode).toBe(0);
    expect(screen).not.toContain('unseen');
    expect(secretsNow()).toEqual({ 'ftps-sync/acme': { ...before, password: 'unseen-horse' } });
  },
);

test.skipIf(noTerminal !== undefined).for([
  ['Two different passwords', [['Repeat the password: ', 'other\r']], 'passwords do not match'],
  ['Ctrl-C', [['Repeat the password: ', '\u0003']], 'Cancelled'],
  ['The end of input', [['Repeat the password: ', '\u0004']], 'Cancelled'],
] as const)('%s: nothing changes', async ([, answers, said]) => {
  writeFileSync(cli.secrets, JSON.stringify({ 'ftps-sync/acme': login }));

  const { exitCode, screen } = await putAtTerminal([
    ['User [ann]: ', 'bob\r'],
    ['Password (not shown): ', 'unseen-horse\r'],
    ...answers,
  ]);

  expect(exitCode).toBe(2);
  expect(screen).toContain(said);
  expect(screen).not.toContain('unseen');
  expect(secretsNow()).toEqual({ 'ftps-sync/acme': login });
});

test('secret put is in the audit log of a stage that has run, without the secret', async () => {
  await cli.run('status', 'acme');
  const file = join(cli.folder, 'audited.json');
  writeFileSync(file, JSON.stringify(next));

  await cli.run('secret', 'put', 'acme', '--from-file', file, '--reason', 'the yearly change');
  const { stdout } = await cli.run('runs', 'acme', '--json');

  expect(JSON.parse(stdout).auditEntries).toMatchObject([
    { kind: 'secret-put', partner: 'acme', on: 'ftps-sync/acme', reason: 'the yearly change' },
  ]);
  expect(stdout).not.toContain('Passwort');
});
