import { createPrivateKey } from 'node:crypto';
import { createServer } from 'node:net';
import { describe, expect, it } from 'vitest';
import type { Connection, Credentials } from '../../../../lambdas/contract/partner-file/connection.ts';
import type { FtpsErrorKind } from '../../../../lambdas/core/connection/ftps-error-kind.ts';
import { parseRemotePath } from '../../../../lambdas/core/path/remote-path.ts';
import { statFile } from '../../../../lambdas/ftps/listing/stat-file.ts';
import { openSession } from '../../../../lambdas/ftps/session/open-session.ts';
import { type Authority, createAuthority } from '../../../../testing/certificates.ts';
import {
  type BrokenServer,
  startGreetingServer,
  startPlainFtpServer,
  startSilentServer,
} from '../../../../testing/ftps-server/broken-servers.ts';
import type { FaultRule } from '../../../../testing/ftps-server/faults.ts';
import { startEmbedded } from '../servers/embedded-partner.ts';
import { connectionTo, credentialsOf, openTo, type TestPartner, withTls } from '../test-partner.ts';

const credentials = credentialsOf('ann', 's3cret');

describe('a login is refused', () => {
  it.each([
    ['explicit', 'a silent server', 'timeout', startSilentServer],
    ['implicit', 'a silent server', 'timeout', startSilentServer],
    ['explicit', 'a server without TLS', 'not-ftps', startPlainFtpServer],
    ['implicit', 'a server without TLS', 'not-ftps', startPlainFtpServer],
    ['explicit', 'an SSH server', 'not-ftps', () => startGreetingServer('SSH-2.0-OpenSSH_9.2\r\n')],
    // vsftpd sends this in plain text on its TLS port too.
    ['implicit', 'a full server', 'too-many-connections', () => startGreetingServer('421 Too many.\r\n')],
    ['explicit', 'a full server', 'too-many-connections', () => startGreetingServer('421 Too many.\r\n')],
  ] satisfies ['explicit' | 'implicit', string, FtpsErrorKind, () => Promise<BrokenServer>][])(
    'with %s TLS, by %s: %s',
    async (security, _server, kind, start) => {
      await using server = await start();
      const settings = connectionTo({ ...server, security, authorityPem: '' });

      const timeouts = kind === 'timeout' ? { loginMs: 200 } : {};
      const opening = openSession(withoutAuthority(settings), credentials, { timeouts });

      await expect(opening).rejects.toMatchObject({ kind });
    },
  );

  it('where no server listens', async () => {
    const settings = connectionTo({
      host: '127.0.0.1',
      port: await closedPort(),
      security: 'explicit',
      authorityPem: '',
    });

    await expect(openSession(withoutAuthority(settings), credentials)).rejects.toMatchObject({
      kind: 'connection-refused',
    });
  });

  it('where the host has no address', async () => {
    const host = 'ftps.invalid';
    const settings = connectionTo({ host, port: 21, security: 'explicit', authorityPem: '' });

    await expect(openSession(withoutAuthority(settings), credentials)).rejects.toMatchObject({
      kind: 'host-not-found',
      message: expect.stringContaining(host),
    });
  });

  it('where the server only supports an older TLS version', async () => {
    await using old = await startEmbedded({ maxVersion: 'TLSv1.2' });

    await expect(openTo(withTls(old, { minVersion: 'TLSv1.3' }))).rejects.toMatchObject({
      kind: 'tls-refused',
    });
  });

  it('where the server requires a client certificate and the secret has none', async () => {
    const authority = await createAuthority('partners');
    await using server = await startEmbedded({ requireClientCertificate: authority.certificatePem });

    await expect(openTo(server)).rejects.toMatchObject({ kind: 'client-certificate-refused' });
  });

  it('where the client key is not a key', async () => {
    await using server = await startEmbedded();
    const shown = { clientCertificate: 'nonsense', clientKey: 'nonsense' };

    await expect(openTo(withCredentials(server, shown))).rejects.toMatchObject({
      kind: 'client-certificate-refused',
    });
  });

  it('where the passphrase of the client key is wrong, without showing it', async () => {
    await using server = await startEmbedded();
    const shown = await lockedCertificate(await createAuthority('partners'), 'open sesame');

    const opening = openTo(withCredentials(server, { ...shown, clientKeyPassphrase: 'open rye' }));

    await expect(opening).rejects.toMatchObject({
      kind: 'client-certificate-refused',
      message: expect.not.stringContaining('rye'),
    });
  });

  it.each([
    [{ on: 'PROT', do: { kind: 'reply', code: 536, text: 'PROT P not supported.' } }, 'protection-refused'],
    [{ on: 'PBSZ', do: { kind: 'reply', code: 503, text: 'Bad sequence.' } }, 'protection-refused'],
    [{ on: 'TYPE', do: { kind: 'reply', code: 504, text: 'Only ASCII here.' } }, 'not-supported'],
    [{ on: 'AUTH', do: { kind: 'reply', code: 534, text: 'No TLS today.' } }, 'not-ftps'],
    [{ on: 'AUTH', do: { kind: 'stall-handshake' } }, 'timeout'],
    [{ on: 'AUTH', do: { kind: 'cut-control', when: 'before' } }, 'connection-lost'],
    [{ on: 'connect', do: { kind: 'reply', code: 421, text: 'Full.' } }, 'too-many-connections'],
    [
      { on: 'connect', do: { kind: 'reply', code: 530, text: 'Maximum number of clients.' } },
      'too-many-connections',
    ],
    [{ on: 'USER', do: { kind: 'reply', code: 530, text: 'Who?' } }, 'login-refused'],
    [{ on: 'PASS', do: { kind: 'reply', code: 530, text: 'Login incorrect.' } }, 'login-refused'],
    [
      { on: 'PASS', do: { kind: 'reply', code: 530, text: 'Sorry, the maximum number of clients (2)' } },
      'too-many-connections',
    ],
    [{ on: 'PASS', do: { kind: 'reply', code: 421, text: 'Too many.' } }, 'too-many-connections'],
    [{ on: 'PASS', do: { kind: 'reply', code: 332, text: 'Need account.' } }, 'account-required'],
    [{ on: 'PBSZ', do: { kind: 'reply', code: 332, text: 'Need account.' } }, 'account-required'],
    [{ on: 'TYPE', do: { kind: 'reply', code: 332, text: 'Need account.' } }, 'account-required'],
    [{ on: 'AUTH', do: { kind: 'reply', code: 501, text: 'No TLS today.' } }, 'not-ftps'],
    [{ on: 'USER', do: { kind: 'reply', code: 332, text: 'Need account.' } }, 'account-required'],
    [{ on: 'PASS', do: { kind: 'reply', code: 451, text: 'Directory service is down.' } }, 'unavailable'],
    [{ on: 'PASS', do: { kind: 'silence' } }, 'timeout'],
    [{ on: 'FEAT', do: { kind: 'cut-control', when: 'before' } }, 'connection-lost'],
  ] satisfies [FaultRule, FtpsErrorKind][])('after %j: %s', async (rule, kind) => {
    await using server = await startEmbedded();
    server.server.fault(rule);

    const timeouts = kind === 'timeout' ? { loginMs: 300 } : {};
    await expect(openTo(server, { timeouts })).rejects.toMatchObject({ kind });
  });

  it.each(['user', 'password'])(
    'where the %s has a line break, before anything of it is sent',
    async (name) => {
      await using server = await startEmbedded();

      const opening = openTo(withCredentials(server, { [name]: 's3cret\r\nDELE /x' }));

      await expect(opening).rejects.toMatchObject({
        kind: 'login-refused',
        message: expect.stringContaining(`the ${name} contains a line break`),
      });
      expect(server.server.log.filter(({ command }) => command === 'USER' || command === 'PASS')).toEqual([]);
    },
  );

  it('with no part of the password in error or trace, even where the server echoes it', async () => {
    await using server = await startEmbedded();
    const text = 'Wrong password s3cret, partner.';
    server.server.fault({ on: 'PASS', do: { kind: 'reply', code: 530, text } });
    const trace: string[] = [];

    const error = await openTo(server, { trace: (line) => trace.push(line) }).catch(
      (reason: unknown) => reason,
    );

    expect(String(error)).toContain('Wrong password ***, partner.');
    expect(trace.join('\n')).toContain('PASS');
    expect(trace.join('\n')).not.toContain('s3cret');
  });

  it.each(['auto', 'iso-8859-1'])(
    'with no part of a non-ASCII password, sent as %s and echoed in UTF-8',
    async (encoding) => {
      await using server = await startEmbedded();
      const password = 'pässwörd-ß';
      const text = `Wrong password ${password}, partner.`;
      server.server.fault({ on: 'PASS', do: { kind: 'reply', code: 530, text } });
      const partner = {
        settings: { ...server.settings, encoding },
        credentials: { ...server.credentials, password },
      };
      const trace: string[] = [];

      const error = await openTo(partner, { trace: (line) => trace.push(line) }).catch(
        (reason: unknown) => reason,
      );

      expect(String(error)).toContain('Wrong password ***, partner.');
      expect(trace.join('\n')).toContain('Wrong password ***, partner.');
    },
  );

  it.each([
    ['after-user', undefined, 'the server answered 332'],
    ['after-password', undefined, 'the server answered 332'],
    ['after-user', 'not-this-one', 'the server answered 530'],
    ['after-password', 'not-this-one', 'the server answered 530'],
    ['later', 'not-this-one', 'the server answered 530'],
  ] as const)('where the server wants an account %s and the secret has %s', async (asked, account, says) => {
    await using server = await startEmbedded({ account: { name: 'billing-77', asked } });

    const error = await openTo(withCredentials(server, { account })).catch((reason: unknown) => reason);

    expect(error).toMatchObject({ kind: 'account-required', answer: expect.stringContaining(says) });
    expect(String(error)).toMatch(/"account" into the secret .* It has nothing to do with the password/);
    expect(String(error)).not.toContain('not-this-one');
  });

  it('for an unknown encoding', async () => {
    await using server = await startEmbedded();
    const settings = { ...server.settings, encoding: 'klingon' };

    await expect(openTo({ ...server, settings })).rejects.toMatchObject({ kind: 'name-refused' });
  });

  it('by the signal, with its reason', async () => {
    await using server = await startSilentServer();
    const settings = connectionTo({ ...server, security: 'explicit', authorityPem: '' });
    const reason = new Error('no time left');
    const stop = new AbortController();

    const opening = openSession(withoutAuthority(settings), credentials, { signal: stop.signal });
    stop.abort(reason);

    await expect(opening).rejects.toBe(reason);
  });
});

describe('a login is accepted', () => {
  it('at a server without FEAT', async () => {
    await using server = await startEmbedded({ features: { feat: false } });

    await using session = await openTo(server);

    expect(session.capabilities.features).toBeUndefined();
  });

  it.each(['after-user', 'after-password', 'later'] as const)(
    'with the account of the secret, where the server asks for it %s',
    async (asked) => {
      await using server = await startEmbedded({ account: { name: 'billing-77', asked } });
      server.tree.put('/file', { content: '12345' });
      const trace: string[] = [];
      const options = { trace: (line: string) => trace.push(line) };

      await using session = await openTo(withCredentials(server, { account: 'billing-77' }), options);

      expect(await statFile(session, parseRemotePath('/file'))).toMatchObject({ sizeBytes: 5 });
      expect(trace.join('\n')).toContain('ACCT');
      expect(trace.join('\n')).not.toContain('billing-77');
    },
  );

  it.each([[202], [502], [503], [500]])(
    'with the account of the secret, at a server that wants none and answers %i',
    async (code) => {
      await using server = await startEmbedded();
      server.server.fault({ on: 'ACCT', do: { kind: 'reply', code, text: 'No account, please.' } });

      await using session = await openTo(withCredentials(server, { account: 'billing-77' }));

      expect(session.lost).toBe(false);
    },
  );

  it('with a password that also appears in other replies', async () => {
    await using server = await startEmbedded({ users: { ann: '5' } });
    server.tree.put('/file', { content: '5'.repeat(55) });
    await using session = await openTo(withCredentials(server, { password: '5' }));

    const stat = await statFile(session, parseRemotePath('/file'));

    expect(stat?.sizeBytes).toBe(55);
  });

  it('where the client key has a passphrase', async () => {
    const authority = await createAuthority('partners');
    await using server = await startEmbedded({ requireClientCertificate: authority.certificatePem });
    const shown = await lockedCertificate(authority, 'open sesame');
    const clientKeyPassphrase = 'open sesame';

    await using session = await openTo(withCredentials(server, { ...shown, clientKeyPassphrase }));

    expect(session.lost).toBe(false);
  });
});

function withCredentials(partner: TestPartner, credentials: Partial<Credentials>): TestPartner {
  return { ...partner, credentials: { ...partner.credentials, ...credentials } };
}

/** A client certificate whose key is encrypted with the passphrase. */
async function lockedCertificate(authority: Authority, passphrase: string) {
  const issued = await authority.issue({ names: ['us'], usage: 'client' });
  const clientKey = createPrivateKey(issued.keyPem)
    .export({ type: 'pkcs8', format: 'pem', cipher: 'aes-256-cbc', passphrase })
    .toString();
  return { clientCertificate: issued.certificatePem, clientKey };
}

function withoutAuthority(settings: Connection): Connection {
  return { ...settings, tls: { ...settings.tls, ca: undefined } };
}

async function closedPort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  if (address === null || typeof address === 'string') throw new Error('a TCP server must have a port');
  return address.port;
}
