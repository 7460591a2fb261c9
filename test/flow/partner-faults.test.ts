import { afterAll, expect, test } from 'vitest';
import { createAuthority } from '../support/certificates.ts';
import { startPlainFtpServer, startSilentServer } from '../support/ftps-server/broken-servers.ts';
import { ledgerItems } from '../support/stage/ledger-items.ts';
import { partnerAt, startTestPartner, strangersCertificate } from '../support/stage/test-partner.ts';
import { startTestStage } from '../support/stage/test-stage.ts';

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
/** Both have room for two sessions, where the partner file allows six. */
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
  await startTestPartner('unknown-ca', { server: { certificate: await strangersCertificate() } }),
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
  { title: 'a host that does not exist', partner: 'nowhere', fault: 'host-not-found', exitCode: 5 },
  { title: 'a closed port', partner: 'closed', fault: 'connection-refused', exitCode: 5 },
  { title: 'plain FTP', partner: 'plain', fault: 'not-ftps', exitCode: 5 },
  { title: 'plain FTP on the implicit port', partner: 'plain-implicit', fault: 'not-ftps', exitCode: 5 },
  { title: 'TLS below the minimum', partner: 'old-tls', fault: 'tls-refused', exitCode: 5 },
  { title: 'an unknown authority', partner: 'unknown-ca', fault: 'certificate-refused', exitCode: 5 },
  { title: 'an expired certificate', partner: 'expired', fault: 'certificate-refused', exitCode: 5 },
  {
    title: 'a certificate for another host',
    partner: 'other-host',
    fault: 'certificate-refused',
    exitCode: 5,
  },
  {
    title: 'a certificate that is not pinned',
    partner: 'wrong-pin',
    fault: 'certificate-refused',
    exitCode: 5,
  },
  {
    title: 'a server that wants a client certificate',
    partner: 'wants-certificate',
    fault: 'client-certificate-refused',
    exitCode: 5,
  },
  { title: 'a refused PROT P', partner: 'clear', fault: 'protection-refused', exitCode: 5 },
  { title: 'a refused login', partner: 'refusing', fault: 'login-refused', exitCode: 5 },
  { title: 'too many connections', partner: 'crowded', fault: 'too-many-connections', exitCode: 5 },
  { title: 'a missing secret', partner: 'secretless', fault: 'secret-missing', exitCode: 2 },
  { title: 'a secret without a password', partner: 'half-secret', fault: 'secret-invalid', exitCode: 2 },
];

test.for(refusals)(
  'A run ends at $title, says so, and changes nothing',
  async ({ partner, fault, exitCode }) => {
    const run = await flow(partner).pull();

    expect(run.problem?.fault).toBe(fault);
    expect(run.exitCode).toBe(exitCode);
    expect(run.problem?.message).not.toContain('horse');
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

test('A password that stops being right in the middle of a run is not tried again', async () => {
  const { tree, server } = rotated;
  tree.put('/files/a.csv', { content: 'a' });
  server.fault({ on: 'PASS', after: 1, do: { kind: 'reply', code: 530, text: 'Login incorrect.' } });

  const { exitCode, problem } = await flow('rotated').pull();

  expect(exitCode).toBe(5);
  expect(problem?.fault).toBe('login-refused');
  expect(server.log.filter(({ command }) => command === 'PASS')).toHaveLength(2);
});

test.for([narrowAtConnect, narrowAtLogin])(
  'A partner with room for fewer sessions than its file allows ($name) sends every file all the same',
  async ({ name, tree }) => {
    for (let number = 1; number <= 12; number++) {
      tree.put(`/files/${number % 4}/${number}.csv`, { content: `${number}` });
    }

    const { exitCode, report } = await flow(name).pull();

    expect(exitCode).toBe(0);
    expect(report).toMatchObject({ transferred: 12, failed: 0, incompleteDirectories: 0 });
  },
);

test('A run that was refused gives its lease back', async () => {
  await flow('closed').pull();

  const [item] = await ledgerItems(stage.table, ({ pk, sk }) => pk === 'P#closed' && sk === 'FLOW#files');

  expect(item).toBeDefined();
  expect(item).not.toHaveProperty('leaseOwner');
});

test('A partner that has room again after a moment is reached', async () => {
  crowdedTwice.tree.put('/files/a.csv', { content: 'a' });

  const { exitCode, outcomes } = await flow('crowded-twice').pull();

  expect(exitCode).toBe(0);
  expect(outcomes).toEqual({ 'a.csv': 'transferred' });
});

test('A remote directory that is missing ends the run and names it', async () => {
  const { exitCode, problem } = await flow('bare', 'missing').pull();

  expect(exitCode).toBe(1);
  expect(problem?.message).toContain('/not/there');
  expect(await flow('bare', 'missing').entries()).toEqual([]);
});

test('A partner that nobody has deployed is named', async () => {
  const { exitCode, message } = await flow('nobody').refusal();

  expect(exitCode).toBe(2);
  expect(message).toContain("This stage has no partner 'nobody'");
});

test('A flow that the partner does not have is named, with those that it has', async () => {
  const { exitCode, message } = await flow('bare', 'absent').refusal();

  expect(exitCode).toBe(2);
  expect(message).toContain('It has: missing, files');
});

test('A partner that hangs up in the middle of the listing is asked again', async () => {
  bare.tree.put('/files/a.csv', { content: 'a' });
  bare.server.fault({ on: 'MLSD', times: 1, do: { kind: 'cut-control', when: 'before', with: 'reset' } });

  const { exitCode, outcomes } = await flow('bare').pull();

  expect(exitCode).toBe(0);
  expect(outcomes).toEqual({ 'a.csv': 'transferred' });
});
