import { expect, test } from 'vitest';
import { HeldSlots } from '../../../lambdas/connections/held-slots.ts';
import { partnerFileSchema } from '../../../lambdas/contract/partner-file/partner-file.ts';
import { PartnerError } from '../../../lambdas/partners/partner-error.ts';
import { createAuthority } from '../../../testing/certificates.ts';
import {
  startGreetingServer,
  startPlainFtpServer,
  startSilentServer,
} from '../../../testing/ftps-server/broken-servers.ts';
import {
  partnerAt,
  testPassword,
  testUser,
  untrustedCertificate,
} from '../../support/partner/test-partner.ts';
import { smallDiffieHellman } from '../../support/partner/weak-tls.ts';
import { useTable } from '../ledger/test-table.ts';
import { findStep, runDoctor, settingsByPath, startPartner, stepLevels } from './doctor-fixture.ts';

const ledger = useTable();
const dayMs = 24 * 60 * 60_000;

test.each([
  ['421-at-connect', 'greeting'],
  ['530-at-login', 'login'],
] as const)(
  'Distinguishes a server without room (%s) from one that refuses the password',
  async (how, step) => {
    const partner = await startPartner({ server: { maxConnections: 0, tooManyConnections: how } });

    const { diagnosis } = await runDoctor(ledger.table, partner);

    expect(diagnosis.verdict).toBe('unreachable');
    expect(findStep(diagnosis, step)).toMatchObject({
      level: 'error',
      found: expect.stringContaining('too-many-connections'),
      advice: expect.stringContaining('maxConnections'),
    });
  },
);

test('Reports an expired certificate, does not log in, and suggests no setting', async () => {
  const authority = await createAuthority('Past');
  const notBefore = new Date(Date.now() - 20 * dayMs);
  const notAfter = new Date(Date.now() - 2 * dayMs);
  const certificate = await authority.issue({ names: ['127.0.0.1'], notBefore, notAfter });
  const partner = await startPartner({ server: { certificate }, tls: { ca: authority.certificatePem } });

  const { diagnosis, expiring } = await runDoctor(ledger.table, partner);

  expect(diagnosis.verdict).toBe('unreachable');
  expect(findStep(diagnosis, 'certificate')).toMatchObject({
    level: 'error',
    found: expect.stringContaining(`expired on ${notAfter.toISOString().slice(0, 10)}`),
    advice: expect.stringContaining('no setting'),
  });
  expect(diagnosis.settings).toEqual([]);
  expect(diagnosis.skipped?.steps).toContain('login');
  expect(partner.server.log.map(({ command }) => command)).toEqual(['AUTH']);
  expect(expiring).toMatchObject([{ daysLeft: -3 }]);
});

test('Suggests tls.ca for a certificate of an unknown authority, with its fingerprint, and sends nothing', async () => {
  const partner = await startPartner({ server: { certificate: await untrustedCertificate() } });

  const { diagnosis } = await runDoctor(ledger.table, partner);

  expect(diagnosis.verdict).toBe('unreachable');
  expect(findStep(diagnosis, 'certificate').found).toContain(diagnosis.certificates[0]?.fingerprint);
  expect(settingsByPath(diagnosis)).toEqual({ 'connection.tls.ca': `${diagnosis.partner}-ca.pem` });
  expect(partner.server.log.map(({ command }) => command)).toEqual(['AUTH']);
});

test('Sends nothing to an untrusted server with implicit TLS either', async () => {
  const certificate = await untrustedCertificate();
  const partner = await startPartner({
    server: { certificate, mode: 'implicit' },
    connection: { security: 'implicit' },
  });

  const { diagnosis } = await runDoctor(ledger.table, partner);

  expect(findStep(diagnosis, 'certificate').level).toBe('error');
  expect(partner.server.log).toEqual([]);
});

test('Suggests tls.serverName for a certificate with another name', async () => {
  const authority = await createAuthority('Names');
  const certificate = await authority.issue({ names: ['ftps.acme.example'] });
  const partner = await startPartner({ server: { certificate }, tls: { ca: authority.certificatePem } });

  const { diagnosis } = await runDoctor(ledger.table, partner);

  expect(diagnosis.verdict).toBe('unreachable');
  expect(settingsByPath(diagnosis)).toEqual({ 'connection.tls.serverName': 'ftps.acme.example' });
});

test('Reports all errors of a certificate: its date, its authority and its name', async () => {
  const stranger = await createAuthority('Everything');
  const certificate = await stranger.issue({
    names: ['ftps.acme.example'],
    notBefore: new Date(Date.now() - 20 * dayMs),
    notAfter: new Date(Date.now() - dayMs),
  });
  const partner = await startPartner({ server: { certificate } });

  const { diagnosis } = await runDoctor(ledger.table, partner);

  const found = diagnosis.findings
    .filter(({ step }) => step === 'certificate')
    .map((finding) => finding.found);
  expect(found).toEqual([
    expect.stringContaining('expired on'),
    expect.stringContaining('is not trusted by'),
    expect.stringContaining('not for 127.0.0.1'),
  ]);
});

test('Suggests tls.fingerprints for a certificate that is not pinned', async () => {
  const pinned = 'ab'.repeat(32);
  const partner = await startPartner({ tls: { fingerprints: [pinned] } });

  const { diagnosis } = await runDoctor(ledger.table, partner);

  const [certificate] = diagnosis.certificates;
  expect(diagnosis.verdict).toBe('unreachable');
  expect(settingsByPath(diagnosis)).toEqual({
    'connection.tls.fingerprints': [pinned, certificate?.fingerprint],
  });
});

test('Suggests tls.minVersion for a server without TLS 1.3 where it is required', async () => {
  const partner = await startPartner({ server: { maxVersion: 'TLSv1.2' }, tls: { minVersion: 'TLSv1.3' } });

  const { diagnosis } = await runDoctor(ledger.table, partner);

  expect(diagnosis.verdict).toBe('unreachable');
  expect(findStep(diagnosis, 'tls').found).toContain('supports at most TLSv1.2');
  expect(settingsByPath(diagnosis)).toEqual({ 'connection.tls.minVersion': 'TLSv1.2' });
});

test('Reports a server without TLS, and does not send it a user', async () => {
  await using plain = await startPlainFtpServer();

  const { diagnosis } = await runDoctor(ledger.table, partnerAt(plain.port, 'plain'));

  expect(diagnosis.verdict).toBe('unreachable');
  expect(stepLevels(diagnosis)).toEqual({ dns: 'ok', tcp: 'ok', greeting: 'ok', tls: 'error' });
  expect(findStep(diagnosis, 'tls')).toMatchObject({
    found: expect.stringContaining('not-ftps'),
    advice: expect.stringContaining('does not offer AUTH TLS'),
  });
});

test('Reports a port that answers in plain text instead of TLS, with the answer', async () => {
  await using plain = await startPlainFtpServer();
  const setup = partnerAt(plain.port, 'clear', { connection: { security: 'implicit' } });

  const { diagnosis } = await runDoctor(ledger.table, setup);

  expect(findStep(diagnosis, 'tls')).toMatchObject({
    found: expect.stringContaining('220 Plain FTP server ready.'),
    advice: expect.stringContaining('security: explicit'),
  });
});

test('Reports a server of another protocol by its greeting', async () => {
  await using ssh = await startGreetingServer('SSH-2.0-OpenSSH_9.2p1\r\n');

  const { diagnosis } = await runDoctor(ledger.table, partnerAt(ssh.port, 'ssh'));

  expect(findStep(diagnosis, 'greeting').found).toContain('SSH-2.0-OpenSSH');
});

test('Tries a wrong password once, and reports it with its secret', async () => {
  const partner = await startPartner();
  const login = { user: testUser, password: 'wrong' };

  const { diagnosis } = await runDoctor(ledger.table, { ...partner, login });

  expect(diagnosis.verdict).toBe('unreachable');
  expect(stepLevels(diagnosis)).toMatchObject({ certificate: 'ok', login: 'error' });
  expect(findStep(diagnosis, 'login')).toMatchObject({
    found: expect.stringContaining('530'),
    advice: expect.stringContaining(`ftps-sync/${diagnosis.partner}`),
  });
  expect(partner.server.log.filter(({ command }) => command === 'PASS')).toHaveLength(1);
  expect(JSON.stringify(diagnosis)).not.toContain('wrong');
});

test('Says that the partner wants an account, and where to put it', async () => {
  const account = { name: 'billing-77', asked: 'after-password' } as const;
  const partner = await startPartner({ server: { account } });

  const { diagnosis } = await runDoctor(ledger.table, partner);

  expect(findStep(diagnosis, 'login')).toMatchObject({
    found: expect.stringMatching(/^account-required: the server answered 332/),
    advice: expect.stringContaining(`"account" into the secret ftps-sync/${diagnosis.partner}`),
  });
});

test('Names implicit TLS and its setting for a server that is asked explicitly', async () => {
  const partner = await startPartner({ server: { mode: 'implicit' } });

  const { diagnosis } = await runDoctor(ledger.table, partner);

  expect(findStep(diagnosis, 'greeting')).toMatchObject({
    found: expect.stringContaining('speaks TLS from the first byte'),
    advice: 'Set connection.security: implicit.',
  });
  expect(settingsByPath(diagnosis)).toEqual({ 'connection.security': 'implicit' });
});

test('Says that a server knows AUTH SSL alone, and finds nothing wrong with it', async () => {
  const partner = await startPartner({ server: { features: { authTls: 504 } } });

  const { diagnosis } = await runDoctor(ledger.table, partner);

  expect(diagnosis.verdict).toBe('healthy');
  expect(findStep(diagnosis, 'tls').found).toContain('after AUTH SSL');
});

test.each([
  ['key', { rsaBits: 1024 }, /key of the server's certificate is too short \(RSA, 1024 bits\)/],
  ['signature', { hash: 'SHA-1' }, /signature of the server's certificate is too weak/],
] as const)('Reports a weak %s as what only the partner can mend', async (_what, weak, found) => {
  const authority = await createAuthority('Weak');
  const certificate = await authority.issue({ names: ['127.0.0.1'], ...weak });
  const server = { certificate, ciphers: 'DEFAULT:@SECLEVEL=0' };
  const partner = await startPartner({ server, tls: { ca: authority.certificatePem } });

  const { diagnosis } = await runDoctor(ledger.table, partner);

  expect(findStep(diagnosis, 'certificate')).toMatchObject({
    level: 'error',
    found: expect.stringMatching(found),
    advice: expect.stringContaining('Only the partner can mend this'),
  });
  expect(diagnosis.settings).toEqual([]);
});

test('Reports short Diffie-Hellman parameters, and neither versions nor a client certificate', async () => {
  const authority = await createAuthority('Short', { rsaBits: 2048 });
  const certificate = await authority.issue({ names: ['127.0.0.1'], rsaBits: 2048 });
  const server = { certificate, ...smallDiffieHellman };
  const partner = await startPartner({ server, tls: { ca: authority.certificatePem } });

  const { diagnosis } = await runDoctor(ledger.table, partner);

  const { found, advice } = findStep(diagnosis, 'tls');
  expect(found).toContain('Diffie-Hellman parameters are too short');
  expect(advice).toContain('Only the partner can mend this');
  expect(`${found} ${advice}`).not.toMatch(/minVersion|client certificate|[0-9A-F]{12}:error/);
  expect(diagnosis.verdict).toBe('unreachable');
});

test('Says what has changed of a certificate since the last good session', async () => {
  const authority = await createAuthority('Before');
  const good = await startPartner({
    server: { certificate: await authority.issue({ names: ['127.0.0.1', 'a.example'] }) },
    tls: { ca: authority.certificatePem },
  });
  await runDoctor(ledger.table, good);
  const after = await createAuthority('After');
  await good.server.close();
  const renewed = await startPartner({
    server: { port: good.server.port, certificate: await after.issue({ names: ['127.0.0.1', 'b.example'] }) },
  });
  const document = good.document;

  const { diagnosis } = await runDoctor(ledger.table, { ...renewed, document });

  expect(findStep(diagnosis, 'certificate').found).toMatch(
    /What changed: issuer was CN=Before, is CN=After; names was 127\.0\.0\.1, a\.example, is 127\.0\.0\.1, b\.example/,
  );
});

test('Distinguishes an unknown host from a closed port', async () => {
  const closed = await startSilentServer();
  await closed.close();
  const nowhere = partnerAt(21, 'nowhere', { connection: { host: 'no-such-host.invalid' } });

  const unknown = await runDoctor(ledger.table, nowhere);
  const refused = await runDoctor(ledger.table, partnerAt(closed.port, 'closed'));

  expect(stepLevels(unknown.diagnosis)).toEqual({ dns: 'error' });
  expect(stepLevels(refused.diagnosis)).toEqual({ dns: 'ok', tcp: 'error' });
  expect(unknown.diagnosis.verdict).toBe('unreachable');
  expect(refused.diagnosis.verdict).toBe('unreachable');
});

test('Reports a missing secret at the login, after all steps that do not need it', async () => {
  const partner = await startPartner();
  const missing = () => Promise.reject(new PartnerError('secret-missing', "The secret 'x' does not exist."));

  const { diagnosis } = await runDoctor(ledger.table, partner, {
    dependencies: { readCredentials: missing },
  });

  expect(diagnosis.verdict).toBe('unreachable');
  expect(stepLevels(diagnosis)).toMatchObject({ certificate: 'ok', login: 'error' });
  expect(findStep(diagnosis, 'login').found).toContain('does not exist');
});

test.each(['TLSv1.2', 'TLSv1.3'] as const)(
  'Logs in with the client certificate of the secret where the server requires one (%s), and reports where there is none',
  async (maxVersion) => {
    const authority = await createAuthority('Clients');
    const ours = await authority.issue({ names: ['us'], usage: 'client' });
    const server = { requireClientCertificate: authority.certificatePem, maxVersion };
    const partner = await startPartner({ server });
    const login = { user: testUser, password: testPassword, clientKeyPassphrase: undefined };
    const credentials = { ...login, clientCertificate: ours.certificatePem, clientKey: ours.keyPem };
    const readCredentials = async () => ({ credentials, versionId: 'with a certificate' });

    const without = await runDoctor(ledger.table, partner);
    const withOurs = await runDoctor(ledger.table, partner, { dependencies: { readCredentials } });

    expect(without.diagnosis.verdict).toBe('unreachable');
    expect(findStep(without.diagnosis, 'login').advice).toMatch(/client ?certificate/i);
    expect(withOurs.diagnosis.verdict).toBe('healthy');
    expect(withOurs.diagnosis.certificates[0]?.names).toEqual(['127.0.0.1']);
  },
);

test('Stops as busy where other flows have all connections', async () => {
  const partner = await startPartner({ connection: { maxConnections: 1 } });
  const file = partnerFileSchema.parse(partner.document);
  const slots = new HeldSlots(file, { table: ledger.table, now: () => new Date() });
  const slot = await slots.take('first');
  const deadline = { remainingMs: () => 1, totalMs: 10, signal: new AbortController().signal };

  const { diagnosis } = await runDoctor(ledger.table, partner, { dependencies: { deadline } });

  expect(diagnosis).toMatchObject({ verdict: 'busy', findings: [] });
  expect(partner.server.log).toEqual([]);
  if (slot !== undefined) await slots.giveBack(slot, 0);
});
