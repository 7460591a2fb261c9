import { expect, test } from 'vitest';
import { HeldSlots } from '../../../lambdas/connections/held-slots.ts';
import { partnerFileSchema } from '../../../lambdas/contract/partner-file.ts';
import { PartnerError } from '../../../lambdas/partners/partner-error.ts';
import { createAuthority } from '../../support/certificates.ts';
import {
  startPlainFtpServer,
  startSilentServer,
  startTalkingServer,
} from '../../support/ftps-server/broken-servers.ts';
import { partnerAt, strangersCertificate, testPassword, testUser } from '../../support/stage/test-partner.ts';
import { useTable } from '../ledger/test-table.ts';
import { findingOf, levelsOf, settingsOf, startPartner, visit } from './doctor-scene.ts';

const ledger = useTable();
const dayMs = 24 * 60 * 60_000;

test.each([
  ['421-at-connect', 'greeting'],
  ['530-at-login', 'login'],
] as const)(
  'A server that has no room at all (%s) is told from one that refuses the password',
  async (how, step) => {
    const partner = await startPartner({ server: { maxConnections: 0, tooManyConnections: how } });

    const { diagnosis } = await visit(ledger.table, partner);

    expect(diagnosis.verdict).toBe('unreachable');
    expect(findingOf(diagnosis, step)).toMatchObject({
      level: 'problem',
      found: expect.stringContaining('too-many-connections'),
      advice: expect.stringContaining('maxConnections'),
    });
  },
);

test('An expired certificate is read, nobody logs in over it, and there is no setting for it', async () => {
  const authority = await createAuthority('Past');
  const notBefore = new Date(Date.now() - 20 * dayMs);
  const notAfter = new Date(Date.now() - 2 * dayMs);
  const certificate = await authority.issue({ names: ['127.0.0.1'], notBefore, notAfter });
  const partner = await startPartner({ server: { certificate }, tls: { ca: authority.certificatePem } });

  const { diagnosis, expiring } = await visit(ledger.table, partner);

  expect(diagnosis.verdict).toBe('unreachable');
  expect(findingOf(diagnosis, 'certificate')).toMatchObject({
    level: 'problem',
    found: expect.stringContaining(`expired on ${notAfter.toISOString().slice(0, 10)}`),
    advice: expect.stringContaining('no setting'),
  });
  expect(diagnosis.settings).toEqual([]);
  expect(diagnosis.notAsked?.steps).toContain('login');
  expect(partner.server.log.map(({ command }) => command)).toEqual(['AUTH']);
  expect(expiring).toMatchObject([{ daysLeft: -3 }]);
});

test('A certificate of a stranger leads to tls.ca, with its fingerprint to compare, and nothing is sent', async () => {
  const partner = await startPartner({ server: { certificate: await strangersCertificate() } });

  const { diagnosis } = await visit(ledger.table, partner);

  expect(diagnosis.verdict).toBe('unreachable');
  expect(findingOf(diagnosis, 'certificate').found).toContain(diagnosis.certificates[0]?.fingerprint);
  expect(settingsOf(diagnosis)).toEqual({ 'connection.tls.ca': `${diagnosis.partner}-ca.pem` });
  expect(partner.server.log.map(({ command }) => command)).toEqual(['AUTH']);
});

test('Over implicit TLS too, nothing is sent to a server that is not trusted', async () => {
  const certificate = await strangersCertificate();
  const partner = await startPartner({
    server: { certificate, mode: 'implicit' },
    connection: { security: 'implicit' },
  });

  const { diagnosis } = await visit(ledger.table, partner);

  expect(findingOf(diagnosis, 'certificate').level).toBe('problem');
  expect(partner.server.log).toEqual([]);
});

test('A certificate for another name leads to tls.serverName', async () => {
  const authority = await createAuthority('Names');
  const certificate = await authority.issue({ names: ['ftps.acme.example'] });
  const partner = await startPartner({ server: { certificate }, tls: { ca: authority.certificatePem } });

  const { diagnosis } = await visit(ledger.table, partner);

  expect(diagnosis.verdict).toBe('unreachable');
  expect(settingsOf(diagnosis)).toEqual({ 'connection.tls.serverName': 'ftps.acme.example' });
});

test('Every fault of a certificate is told at once: its date, its authority and its name', async () => {
  const stranger = await createAuthority('Everything');
  const certificate = await stranger.issue({
    names: ['ftps.acme.example'],
    notBefore: new Date(Date.now() - 20 * dayMs),
    notAfter: new Date(Date.now() - dayMs),
  });
  const partner = await startPartner({ server: { certificate } });

  const { diagnosis } = await visit(ledger.table, partner);

  const found = diagnosis.findings
    .filter(({ step }) => step === 'certificate')
    .map((finding) => finding.found);
  expect(found).toEqual([
    expect.stringContaining('expired on'),
    expect.stringContaining('do not know who issued it'),
    expect.stringContaining('not for 127.0.0.1'),
  ]);
});

test('A certificate that is not the pinned one leads to tls.fingerprints', async () => {
  const pinned = 'ab'.repeat(32);
  const partner = await startPartner({ tls: { fingerprints: [pinned] } });

  const { diagnosis } = await visit(ledger.table, partner);

  const [certificate] = diagnosis.certificates;
  expect(diagnosis.verdict).toBe('unreachable');
  expect(settingsOf(diagnosis)).toEqual({
    'connection.tls.fingerprints': [pinned, certificate?.fingerprint],
  });
});

test('A server that speaks no TLS 1.3 where it is asked for leads to tls.minVersion', async () => {
  const partner = await startPartner({ server: { maxVersion: 'TLSv1.2' }, tls: { minVersion: 'TLSv1.3' } });

  const { diagnosis } = await visit(ledger.table, partner);

  expect(diagnosis.verdict).toBe('unreachable');
  expect(findingOf(diagnosis, 'tls').found).toContain('speaks TLSv1.2 at best');
  expect(settingsOf(diagnosis)).toEqual({ 'connection.tls.minVersion': 'TLSv1.2' });
});

test('A server that speaks no TLS is told as such, and no user is named to it', async () => {
  await using plain = await startPlainFtpServer();

  const { diagnosis } = await visit(ledger.table, partnerAt(plain.port, 'plain'));

  expect(diagnosis.verdict).toBe('unreachable');
  expect(levelsOf(diagnosis)).toEqual({ dns: 'ok', tcp: 'ok', greeting: 'ok', tls: 'problem' });
  expect(findingOf(diagnosis, 'tls')).toMatchObject({
    found: expect.stringContaining('not-ftps'),
    advice: expect.stringContaining('offers no AUTH TLS'),
  });
});

test('A port that answers in clear where TLS should begin is told with what it says', async () => {
  await using plain = await startPlainFtpServer();
  const setup = partnerAt(plain.port, 'clear', { connection: { security: 'implicit' } });

  const { diagnosis } = await visit(ledger.table, setup);

  expect(findingOf(diagnosis, 'tls')).toMatchObject({
    found: expect.stringContaining('220 Plain FTP server ready.'),
    advice: expect.stringContaining('security: explicit'),
  });
});

test('A server of something else is told by its greeting', async () => {
  await using ssh = await startTalkingServer('SSH-2.0-OpenSSH_9.2p1\r\n');

  const { diagnosis } = await visit(ledger.table, partnerAt(ssh.port, 'ssh'));

  expect(findingOf(diagnosis, 'greeting').found).toContain('SSH-2.0-OpenSSH');
});

test('A wrong password is told once, with the secret that holds it', async () => {
  const partner = await startPartner();
  const login = { user: testUser, password: 'wrong' };

  const { diagnosis } = await visit(ledger.table, { ...partner, login });

  expect(diagnosis.verdict).toBe('unreachable');
  expect(levelsOf(diagnosis)).toMatchObject({ certificate: 'ok', login: 'problem' });
  expect(findingOf(diagnosis, 'login')).toMatchObject({
    found: expect.stringContaining('530'),
    advice: expect.stringContaining(`ftps-sync/${diagnosis.partner}`),
  });
  expect(partner.server.log.filter(({ command }) => command === 'PASS')).toHaveLength(1);
  expect(JSON.stringify(diagnosis)).not.toContain('wrong');
});

test('A host that nobody knows, and a port that is closed, are told from each other', async () => {
  const closed = await startSilentServer();
  await closed.close();
  const nowhere = partnerAt(21, 'nowhere', { connection: { host: 'no-such-host.invalid' } });

  const unknown = await visit(ledger.table, nowhere);
  const refused = await visit(ledger.table, partnerAt(closed.port, 'closed'));

  expect(levelsOf(unknown.diagnosis)).toEqual({ dns: 'problem' });
  expect(levelsOf(refused.diagnosis)).toEqual({ dns: 'ok', tcp: 'problem' });
  expect(unknown.diagnosis.verdict).toBe('unreachable');
  expect(refused.diagnosis.verdict).toBe('unreachable');
});

test('A secret that is missing is told at the login, behind all that could be seen without it', async () => {
  const partner = await startPartner();
  const missing = () => Promise.reject(new PartnerError('secret-missing', "There is no secret 'x'."));

  const { diagnosis } = await visit(ledger.table, partner, { systems: { readCredentials: missing } });

  expect(diagnosis.verdict).toBe('unreachable');
  expect(levelsOf(diagnosis)).toMatchObject({ certificate: 'ok', login: 'problem' });
  expect(findingOf(diagnosis, 'login').found).toContain('no secret');
});

test.each(['TLSv1.2', 'TLSv1.3'] as const)(
  'A server that wants a client certificate (%s) is let in with the one in the secret, and with none it is told',
  async (maxVersion) => {
    const authority = await createAuthority('Clients');
    const ours = await authority.issue({ names: ['us'], usage: 'client' });
    const server = { requireClientCertificate: authority.certificatePem, maxVersion };
    const partner = await startPartner({ server });
    const login = { user: testUser, password: testPassword, clientKeyPassphrase: undefined };
    const credentials = { ...login, clientCertificate: ours.certificatePem, clientKey: ours.keyPem };
    const readCredentials = async () => ({ credentials, versionId: 'with a certificate' });

    const without = await visit(ledger.table, partner);
    const withOurs = await visit(ledger.table, partner, { systems: { readCredentials } });

    expect(without.diagnosis.verdict).toBe('unreachable');
    expect(findingOf(without.diagnosis, 'login').advice).toMatch(/client ?certificate/i);
    expect(withOurs.diagnosis.verdict).toBe('well');
    expect(withOurs.diagnosis.certificates[0]?.names).toEqual(['127.0.0.1']);
  },
);

test('Where other flows have all connections, it says so and goes away', async () => {
  const partner = await startPartner({ connection: { maxConnections: 1 } });
  const file = partnerFileSchema.parse(partner.document);
  const slots = new HeldSlots(file, { table: ledger.table, now: () => new Date() });
  const slot = await slots.take('first');
  const deadline = { remainingMs: () => 1, totalMs: 10, signal: new AbortController().signal };

  const { diagnosis } = await visit(ledger.table, partner, { systems: { deadline } });

  expect(diagnosis).toMatchObject({ verdict: 'busy', findings: [] });
  expect(partner.server.log).toEqual([]);
  if (slot !== undefined) await slots.giveBack(slot, 0);
});
