import { beforeAll, describe, expect, it } from 'vitest';
import { createAuthority } from '../../../../testing/certificates.ts';
import { connect, createIdentity, download, type Identity, startPartner } from './partner.ts';
import { RawClient } from './raw-client.ts';

let identity: Identity;

beforeAll(async () => {
  identity = await createIdentity();
});

const failure = (attempt: Promise<unknown>) =>
  attempt.then(
    () => 'no error',
    (error: Error & { code?: string | number }) => `${error.code} ${error.message}`,
  );

describe('a login', () => {
  it.each(['USER ann', 'PASS s3cret'])('in plain text is refused: %s', async (command) => {
    const { server } = await startPartner(identity);
    await using _server = server;
    await using client = await RawClient.connect(server, identity);

    const got = await client.command(command);

    expect(got.code).toBe(534);
  });

  it('with a wrong password is refused with 530', async () => {
    const { server } = await startPartner(identity);
    await using _server = server;

    const outcome = await failure(connect(server, identity, { password: 'wrong' }));

    expect(outcome).toMatch(/^530/);
  });

  it.each(['toString', '__proto__'])('as %s, which is not a user, is refused', async (user) => {
    const { server } = await startPartner(identity);
    await using _server = server;
    await using client = await RawClient.connect(server, identity);
    await client.startTls();
    await client.command(`USER ${user}`);

    const got = await client.command('PASS x');

    expect(got.code).toBe(530);
  });

  it('must come before commands on files', async () => {
    const { server } = await startPartner(identity);
    await using _server = server;
    await using client = await RawClient.connect(server, identity);
    await client.startTls();

    const got = await client.command('SIZE /a');

    expect(got.code).toBe(530);
  });

  it('leaves no password in the log', async () => {
    const { server } = await startPartner(identity);
    await using _server = server;

    using _client = await connect(server, identity);

    expect(server.log).toContainEqual({ session: 1, command: 'PASS', argument: '***' });
    expect(JSON.stringify(server.log)).not.toContain('s3cret');
  });
});

describe('the TLS of the control connection', () => {
  it('drops plain text after AUTH TLS', async () => {
    const { server } = await startPartner(identity);
    await using _server = server;
    await using client = await RawClient.connect(server, identity);
    await client.startTls('AUTH TLS\r\nUSER mallory');

    const got = await client.command('PASS x');

    expect(got).toMatchObject({ code: 503 });
    expect(server.log).not.toContainEqual(expect.objectContaining({ command: 'USER' }));
  });

  it.each([
    {
      what: 'an expired certificate',
      request: { names: ['127.0.0.1'], notAfter: new Date(0) },
      code: 'CERT_HAS_EXPIRED',
    },
    {
      what: 'a certificate for another host',
      request: { names: ['other.example'] },
      code: 'ERR_TLS_CERT_ALTNAME_INVALID',
    },
  ])('can show $what', async ({ request, code }) => {
    const certificate = await identity.authority.issue({ notBefore: new Date(-1000), ...request });
    const { server } = await startPartner(identity, { certificate });
    await using _server = server;

    const outcome = await failure(connect(server, identity));

    expect(outcome).toMatch(new RegExp(`^${code}`));
  });

  it('is refused by a client that trusts another authority', async () => {
    const { server } = await startPartner(identity);
    const other = await createAuthority('Another authority');
    await using _server = server;

    const outcome = await failure(connect(server, identity, { tls: { ca: other.certificatePem } }));

    expect(outcome).toMatch(/^(UNABLE_TO_VERIFY_LEAF_SIGNATURE|SELF_SIGNED_CERT_IN_CHAIN)/);
  });

  it('refuses clients below the minimum version', async () => {
    const { server } = await startPartner(identity, { minVersion: 'TLSv1.3' });
    await using _server = server;

    const outcome = await failure(connect(server, identity, { tls: { maxVersion: 'TLSv1.2' } }));

    expect(outcome).toMatch(/ALERT_PROTOCOL_VERSION/);
  });
});

describe('a client certificate', () => {
  const versions = [{ version: 'TLSv1.2' }, { version: 'TLSv1.3' }] as const;
  const start = (maxVersion: 'TLSv1.2' | 'TLSv1.3') =>
    startPartner(identity, { requireClientCertificate: identity.authority.certificatePem, maxVersion });

  it.each(versions)(
    'from the authority opens control and data connections, $version',
    async ({ version }) => {
      const own = await identity.authority.issue({ names: ['ann'], usage: 'client' });
      const { server, tree } = await start(version);
      tree.put('/a', { content: 'a' });
      await using _server = server;
      using client = await connect(server, identity, { tls: { cert: own.certificatePem, key: own.keyPem } });

      const got = await download(client, '/a');

      expect(got.bytes).toBe(1);
      expect(server.transfers).toMatchObject([{ resumed: true, tlsVersion: version }]);
    },
  );

  it.each(versions)('that is missing ends the connection, $version', async ({ version }) => {
    const { server } = await start(version);
    await using _server = server;

    const outcome = await failure(connect(server, identity));

    expect(outcome).toMatch(/ALERT_CERTIFICATE_REQUIRED|HANDSHAKE_FAILURE/);
  });

  it.each(versions)('from another authority ends the connection, $version', async ({ version }) => {
    const other = await createAuthority('Another authority');
    const own = await other.issue({ names: ['ann'], usage: 'client' });
    const { server } = await start(version);
    await using _server = server;

    const outcome = await failure(
      connect(server, identity, { tls: { cert: own.certificatePem, key: own.keyPem } }),
    );

    expect(outcome).not.toBe('no error');
    expect(server.log.map(({ command }) => command)).not.toContain('USER');
  });
});

describe('a data connection', () => {
  it('without the session of the control connection is refused with 522', async () => {
    const { server, tree } = await startPartner(identity);
    tree.put('/a', { content: 'secret' });
    await using _server = server;
    await using client = await RawClient.login(server, identity);

    const got = await client.transfer('RETR /a', { resume: false });

    expect(got).toMatchObject({ finalCode: 522, bytes: Buffer.alloc(0), endedCleanly: false });
  });

  it('without the session is accepted where reuse is not required', async () => {
    const { server, tree } = await startPartner(identity, { requireSessionReuse: false });
    tree.put('/a', { content: 'abc' });
    await using _server = server;
    await using client = await RawClient.login(server, identity);

    const got = await client.transfer('RETR /a', { resume: false });

    expect(got).toMatchObject({ finalCode: 226, bytes: Buffer.from('abc') });
  });

  it('must be encrypted', async () => {
    const { server, tree } = await startPartner(identity);
    tree.put('/a', { content: 'abc' });
    await using _server = server;
    await using client = await RawClient.login(server, identity);

    const refused = await client.command('PROT C');
    await client.transfer('RETR /a');

    expect(refused.code).toBe(534);
    expect(server.transfers).toMatchObject([{ tlsVersion: 'TLSv1.3' }]);
  });

  it('is refused before PROT P', async () => {
    const { server, tree } = await startPartner(identity);
    tree.put('/a', { content: 'abc' });
    await using _server = server;
    await using client = await RawClient.connect(server, identity);
    await client.startTls();
    for (const command of ['USER ann', 'PASS s3cret', 'EPSV']) await client.command(command);

    const got = await client.command('RETR /a');

    expect(got.code).toBe(521);
  });

  it('is reset where TLS begins before the command, at a server that refuses early TLS', async () => {
    const { server, tree } = await startPartner(identity, { features: { refuseEarlyTls: true } });
    tree.put('/a', { content: 'abc' });
    await using _server = server;
    using early = await connect(server, identity);
    await using late = await RawClient.login(server, identity);

    const outcome = await failure(download(early, '/a'));
    const got = await late.transfer('RETR /a');

    expect(outcome).toMatch(/^ECONNRESET/);
    expect(got).toMatchObject({ finalCode: 226, bytes: Buffer.from('abc') });
  });
});

describe('a limit of connections', () => {
  it('is reported with 421 instead of a greeting', async () => {
    const { server } = await startPartner(identity, { maxConnections: 1 });
    await using _server = server;
    using _first = await connect(server, identity);

    const outcome = await failure(connect(server, identity));

    expect(outcome).toMatch(/421 Too many connections/);
    expect(server.sessions.peak).toBe(2);
  });

  it('is reported with 530 after the password by servers like ProFTPD', async () => {
    const { server } = await startPartner(identity, {
      maxConnections: 1,
      tooManyConnections: '530-at-login',
    });
    await using _server = server;
    using _first = await connect(server, identity);

    const outcome = await failure(connect(server, identity));

    expect(outcome).toMatch(/^530 .*maximum number of clients/);
  });
});
