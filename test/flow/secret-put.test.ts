import { readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { atTerminal, noTerminal } from '../support/stage/at-terminal.ts';
import { makeCliFolder } from '../support/stage/cli-folder.ts';
import { partnerAt } from '../support/stage/test-partner.ts';

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

test('A secret from a file replaces that of its partner alone, in a file that nobody else can read', async () => {
  const file = join(cli.folder, 'next.json');
  writeFileSync(file, JSON.stringify(next));

  const { exitCode, stdout, stderr } = await cli.run('secret', 'put', 'acme', '--from-file', file);

  expect(exitCode).toBe(0);
  expect(secretsNow()).toEqual({ 'ftps-sync/acme': next, 'ftps-sync/globex': login });
  expect(statSync(cli.secrets).mode & 0o777).toBe(0o600);
  expect(stdout + stderr).not.toContain('Passwort');
});

test.for([
  ['no JSON', 'hunter2', 'holds no JSON object'],
  ['without a password', '{"user":"hunter2"}', 'has nothing usable as password'],
  [
    'with a line break in the password',
    '{"user":"a","password":"hunter2\\r\\nDELE x"}',
    'usable as password',
  ],
])(
  'A secret that is %s is refused, is not shown, and changes nothing',
  async ([, content = '', said = '']) => {
    const file = join(cli.folder, 'wrong.json');
    writeFileSync(file, content);
    const before = secretsNow();

    const { exitCode, stdout, stderr } = await cli.run('secret', 'put', 'globex', '--from-file', file);

    expect(exitCode).toBe(2);
    expect(stderr).toContain(said);
    expect(stdout + stderr).not.toContain('hunter2');
    expect(secretsNow()).toEqual(before);
  },
);

test('The command has no option for the password itself', async () => {
  const { exitCode, stderr } = await cli.run('secret', 'put', 'globex', '--password', 'hunter2');

  expect(exitCode).toBe(2);
  expect(stderr).toContain("unknown option '--password'");
});

test('A partner without a file is named', async () => {
  const { exitCode, stderr } = await cli.run('secret', 'put', 'nobody', '--from-file', cli.secrets);

  expect(exitCode).toBe(2);
  expect(stderr).toContain("There is no partner 'nobody'");
});

if (noTerminal !== undefined) process.stdout.write(`Skipped: secret put at a terminal: ${noTerminal}.\n`);

function putAtTerminal(answers: Parameters<typeof atTerminal>[1]) {
  const places = ['--partners', cli.partners, '--secrets', cli.secrets];
  return atTerminal(['secret', 'put', 'acme', ...places], answers);
}

test.skipIf(noTerminal !== undefined)('A password is typed in unseen, and a certificate stays', async () => {
  const before = { ...login, clientCertificate: certificate, clientKey };
  writeFileSync(cli.secrets, JSON.stringify({ 'ftps-sync/acme': before }));

  const { exitCode, screen } = await putAtTerminal([
    ['User [ann]: ', '\r'],
    ['Password (it is not shown): ', 'unseen-horse\r'],
    ['The same again: ', 'unseen-horse\r'],
  ]);

  expect(exitCode).toBe(0);
  expect(screen).not.toContain('unseen');
  expect(secretsNow()).toEqual({ 'ftps-sync/acme': { ...before, password: 'unseen-horse' } });
});

test.skipIf(noTerminal !== undefined).for([
  ['two passwords that differ', [['The same again: ', 'other\r']], 'two different passwords'],
  ['Ctrl-C', [['The same again: ', '\u0003']], 'Broken off'],
  ['an end of input', [['The same again: ', '\u0004']], 'Broken off'],
] as const)('%s changes nothing', async ([, answers, said]) => {
  writeFileSync(cli.secrets, JSON.stringify({ 'ftps-sync/acme': login }));

  const { exitCode, screen } = await putAtTerminal([
    ['User [ann]: ', 'bob\r'],
    ['Password (it is not shown): ', 'unseen-horse\r'],
    ...answers,
  ]);

  expect(exitCode).toBe(2);
  expect(screen).toContain(said);
  expect(screen).not.toContain('unseen');
  expect(secretsNow()).toEqual({ 'ftps-sync/acme': login });
});
