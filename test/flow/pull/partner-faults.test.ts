import { afterAll, expect, test } from 'vitest';
import { createAuthority } from '../../../testing/certificates.ts';
import { startPlainFtpServer, startSilentServer } from '../../../testing/ftps-server/broken-servers.ts';
import { partnerAt, startTestPartner, untrustedCertificate } from '../../support/partner/test-partner.ts';
import { startTestStage } from '../../support/stage/test-stage.ts';
import { ledgerItems } from '../../support/stored/ledger-items.ts';

const dayMs = 24 * 60 * 60_000;
const authority = await createAuthority('Authority of many');
const trusted = { ca: authority.certificatePem };
const wrongPin = 'ab'.repeat(32);

const plain = await startPlainFtpServer();
afterAll(() => plain.close());
const closed = await startSilentServer();
await closed.close();
const refusing = await startTestPartner('refusing', { login: { user: 'ann', password: 'wrong-horse' } });
const crowded = await startTestPartner('crowded');
crowded.server.fault({
  on: 'connect',
  do: { kind: 'reply', code: 421, text: 'There are too many connections from your address.' },
});
const crowdedTwice = await startTestPartner('crowded-twice');
crowdedTwice.server.fault({
  on: 'connect',
  times: 2,
  do: { kind: 'reply', code: 421, text: 'There are too many connections from your address.' },
});
const clear = await startTestPartner('clear');
clear.server.fault({ on: 'PROT', do: { kind: 'reply', code: 536, text: 'No.' } });
const bare = await startTestPartner('bare', { flows: { missing: { remote: '/not/there' }, files: {} } });
/** The server allows two sessions, the partner file six. */
const narrow = { server: { maxConnections: 2 }, connection: { maxConnections: 6 } };
const narrowAtConnect = await startTestPartner('narrow-at-connect', narrow);
const narrowAtLogin = await startTestPartner('narrow-at-login', {
  ...narrow,
  server: { ...narrow.server, tooManyConnections: '530-at-login' },
});
const rotated = await startTestPartner('rotated');

const partners = [
  partnerAt(21, 'nowhere', { connection: { host: 'ftps.partner.invalid' } }),
  partnerAt(closed.port, 'closed'),
  partnerAt(plain.port, 'plain'),
  partnerAt(plain.port, 'plain-implicit', { connection: { security: 'implicit' } }),
  await startTestPartner('old-tls', { server: { maxVersion: 'TLSv1.2' }, tls: { minVersion: 'TLSv1.3' } }),
  await startTestPartner('unknown-ca', { server: { certificate: await untrustedCertificate() } }),
  await startTestPartner('expired', {
    server: {
      certificate: await authority.issue({ names: ['127.0.0.1'], notAfter: new Date(Date.now() - dayMs) }),
    },
    tls: trusted,
  }),
  await startTestPartner('other-host', {
    server: { certificate: await authority.issue({ names: ['ftps.other.example'] }) },
    tls: trusted,
  }),
  await startTestPartner('wrong-pin', { tls: { fingerprints: [wrongPin] } }),
  await startTestPartner('wants-certificate', {
    server: { requireClientCertificate: authority.certificatePem },
  }),
  clear,
  refusing,
  crowded,
  crowdedTwice,
  bare,
  narrowAtConnect,
  narrowAtLogin,
  rotated,
  partnerAt(closed.port, 'secretless', { login: undefined }),
  partnerAt(closed.port, 'half-secret', { login: { user: 'ann' } }),
];
const { flow, stage } = await startTestStage(partners);

const refusals = [
  { title: 'a host that does not exist', partner: 'nowhere', error: 'host-not-found', exitCode: 5 },
  { title: 'a closed port', partner: 'closed', error: 'connection-refused', exitCode: 5 },
  { title: 'plain FTP', partner: 'plain', error: 'not-ftps', exitCode: 5 },
  { title: 'plain FTP on the implicit port', partner: 'plain-implicit', error: 'not-ftps', exitCode: 5 },
  { title: 'TLS below the minimum', partner: 'old-tls', error: 'tls-refused', exitCode: 5 },
  { title: 'an unknown authority', partner: 'unknown-ca', error: 'certificate-refused', exitCode: 5 },
  { title: 'an expired certificate', partner: 'expired', error: 'certificate-refused', exitCode: 5 },
  {
    title: 'a certificate for another host',
    partner: 'other-host',
    error: 'certificate-refused',
    exitCode: 5,
  },
  {
    title: 'a certificate that is not pinned',
    partner: 'wrong-pin',
    error: 'certificate-refused',
    exitCode: 5,
  },
  {
    title: 'a server that wants a client certificate',
    partner: 'wants-certificate',
    error: 'client-certificate-refused',
    exitCode: 5,
  },
  { title: 'a refused PROT P', partner: 'clear', error: 'protection-refused', exitCode: 5 },
  { title: 'a refused login', partner: 'refusing', error: 'login-refused', exitCode: 5 },
  { title: 'too many connections', partner: 'crowded', error: 'too-many-connections', exitCode: 5 },
  { title: 'a missing secret', partner: 'secretless', error: 'secret-missing', exitCode: 2 },
  { title: 'a secret without a password', partner: 'half-secret', error: 'secret-invalid', exitCode: 2 },
];

test.for(refusals)(
  'A run fails with $title, reports it and changes nothing',
  async ({ partner, error, exitCode }) => {
    const run = await flow(partner).pull();

    expect(run.cause?.error).toBe(error);
    expect(run.exitCode).toBe(exitCode);
    expect(run.cause?.message).not.toContain('horse');
    expect(await flow(partner).objects()).toEqual(new Map());
    expect(await flow(partner).entries()).toEqual([]);
  },
);

test('A refused login is tried exactly once', async () => {
  const before = refusing.server.log.length;

  await flow('refusing').pull();

  const passwords = refusing.server.log.slice(before).filter(({ command }) => command === 'PASS');
  expect(passwords).toHaveLength(1);
});

test('A password that becomes wrong during a run is not tried again', async () => {
  const { tree, server } = rotated;
  tree.put('/files/a.csv', { content: 'a' });
  server.fault({ on: 'PASS', after: 1, do: { kind: 'reply', code: 530, text: 'Login incorrect.' } });

  const { exitCode, cause } = await flow('rotated').pull();

  expect(exitCode).toBe(5);
  expect(cause?.error).toBe('login-refused');
  expect(server.log.filter(({ command }) => command === 'PASS')).toHaveLength(2);
});

test.for([narrowAtConnect, narrowAtLogin])(
  'All files arrive from a partner that allows fewer sessions than its partner file ($name)',
  async ({ name, tree }) => {
    for (let number = 1; number <= 12; number++) {
      tree.put(`/files/${number % 4}/${number}.csv`, { content: `${number}` });
    }

    const { exitCode, report } = await flow(name).pull();

    expect(exitCode).toBe(0);
    expect(report).toMatchObject({ transferred: 12, failed: 0, incompleteDirectories: 0 });
  },
);

test('A refused run releases its lease', async () => {
  await flow('closed').pull();

  const [item] = await ledgerItems(stage.table, ({ pk, sk }) => pk === 'P#closed' && sk === 'FLOW#files');

  expect(item).toBeDefined();
  expect(item).not.toHaveProperty('leaseOwner');
});

test('A run connects when the partner has a free connection again', async () => {
  crowdedTwice.tree.put('/files/a.csv', { content: 'a' });

  const { exitCode, outcomes } = await flow('crowded-twice').pull();

  expect(exitCode).toBe(0);
  expect(outcomes).toEqual({ 'a.csv': 'transferred' });
});

test('A missing remote directory fails the run, and the error names it', async () => {
  const { exitCode, cause } = await flow('bare', 'missing').pull();

  expect(exitCode).toBe(6);
  expect(cause?.message).toContain('/not/there');
  expect(cause?.message).toContain('Correct `remote` in the partner file');
  expect(await flow('bare', 'missing').entries()).toEqual([]);
});

test('The error names a partner that is not deployed', async () => {
  const { exitCode, message } = await flow('unknown').refusal();

  expect(exitCode).toBe(2);
  expect(message).toContain("This stage has no partner 'unknown'");
});

test('The error names an unknown flow and lists the flows of the partner', async () => {
  const { exitCode, message } = await flow('bare', 'absent').refusal();

  expect(exitCode).toBe(2);
  expect(message).toContain('It has: missing, files');
});

test('A connection lost during the listing is opened again', async () => {
  bare.tree.put('/files/a.csv', { content: 'a' });
  bare.server.fault({ on: 'MLSD', times: 1, do: { kind: 'cut-control', when: 'before', with: 'reset' } });

  const { exitCode, outcomes } = await flow('bare').pull();

  expect(exitCode).toBe(0);
  expect(outcomes).toEqual({ 'a.csv': 'transferred' });
});
