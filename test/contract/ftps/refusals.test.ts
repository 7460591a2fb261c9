import { createPrivateKey } from 'node:crypto';
import { createServer } from 'node:net';
import { describe, expect, it } from 'vitest';
import type { Connection, Credentials } from '../../../lambdas/contract/connection.ts';
import { sizeOf } from '../../../lambdas/ftps/commands.ts';
import { openSession } from '../../../lambdas/ftps/open-session.ts';
import type { FtpsFault } from '../../../lambdas/sync/ftps-fault.ts';
import { parseRemotePath } from '../../../lambdas/sync/remote-path.ts';
import { type Authority, createAuthority } from '../../support/certificates.ts';
import {
  type BrokenServer,
  startPlainFtpServer,
  startSilentServer,
  startTalkingServer,
} from '../../support/ftps-server/broken-servers.ts';
import type { FaultRule } from '../../support/ftps-server/faults.ts';
import { startEmbedded } from './embedded-partner.ts';
import { connectionTo, credentialsOf, openTo, type TestPartner, withTls } from './test-partner.ts';

const credentials = credentialsOf('ann', 's3cret');

describe('a login is refused', () => {
  it.each([
    ['explicit', 'a silent server', 'timeout', startSilentServer],
    ['implicit', 'a silent server', 'timeout', startSilentServer],
    ['explicit', 'a server without TLS', 'not-ftps', startPlainFtpServer],
    ['implicit', 'a server without TLS', 'not-ftps', startPlainFtpServer],
    ['explicit', 'an SSH server', 'not-ftps', () => startTalkingServer('SSH-2.0-OpenSSH_9.2\r\n')],
    // vsftpd says it in the clear on its TLS port too.
    ['implicit', 'a full server', 'too-many-connections', () => startTalkingServer('421 Too many.\r\n')],
    ['explicit', 'a full server', 'too-many-connections', () => startTalkingServer('421 Too many.\r\n')],
  ] satisfies ['explicit' | 'implicit', string, FtpsFault, () => Promise<BrokenServer>][])(
    'with %s TLS, by %s: %s',
    async (security, _server, kind, start) => {
      await using server = await start();
      const settings = connectionTo({ ...server, security, authorityPem: '' });

      const opening = openSession(withoutAuthority(settings), credentials, { timeouts: { loginMs: 200 } });

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

  it('where the server only has an older TLS than we take', async () => {
    await using old = await startEmbedded({ maxVersion: 'TLSv1.2' });

    await expect(openTo(withTls(old, { minVersion: 'TLSv1.3' }))).rejects.toMatchObject({
      kind: 'tls-refused',
    });
  });

  it('where the server wants a client certificate and we have none', async () => {
    const authority = await createAuthority('partners');
    await using server = await startEmbedded({ requireClientCertificate: authority.certificatePem });

    await expect(openTo(server)).rejects.toMatchObject({ kind: 'client-certificate-refused' });
  });

  it('where our client key is no key', async () => {
    await using server = await startEmbedded();
    const shown = { clientCertificate: 'nonsense', clientKey: 'nonsense' };

    await expect(openTo(withCredentials(server, shown))).rejects.toMatchObject({
      kind: 'client-certificate-refused',
    });
  });

  it('where the passphrase of our client key is wrong, without repeating it', async () => {
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
    [{ on: 'PASS', do: { kind: 'reply', code: 332, text: 'Need account.' } }, 'login-refused'],
    [{ on: 'PASS', do: { kind: 'reply', code: 451, text: 'Directory service is down.' } }, 'unavailable'],
    [{ on: 'PASS', do: { kind: 'silence' } }, 'timeout'],
    [{ on: 'FEAT', do: { kind: 'cut-control', when: 'before' } }, 'connection-lost'],
  ] satisfies [FaultRule, FtpsFault][])('after %j: %s', async (rule, kind) => {
    await using server = await startEmbedded();
    server.server.fault(rule);

    await expect(openTo(server, { timeouts: { loginMs: 300 } })).rejects.toMatchObject({ kind });
  });

  it('with nothing of the password in error or trace, even where the server repeats it', async () => {
    await using server = await startEmbedded();
    const text = 'Wrong password s3cret, partner.';
    server.server.fault({ on: 'PASS', do: { kind: 'reply', code: 530, text } });
    const heard: string[] = [];

    const error = await openTo(server, { trace: (line) => heard.push(line) }).catch(
      (reason: unknown) => reason,
    );

    expect(String(error)).toContain('Wrong password ***, partner.');
    expect(heard.join('\n')).toContain('PASS');
    expect(heard.join('\n')).not.toContain('s3cret');
  });

  it.each(['auto', 'iso-8859-1'])(
    'with nothing of a password beyond ASCII, sent as %s and repeated in UTF-8',
    async (encoding) => {
      await using server = await startEmbedded();
      const password = 'pässwörd-ß';
      const text = `Wrong password ${password}, partner.`;
      server.server.fault({ on: 'PASS', do: { kind: 'reply', code: 530, text } });
      const partner = {
        settings: { ...server.settings, encoding },
        credentials: { ...server.credentials, password },
      };
      const heard: string[] = [];

      const error = await openTo(partner, { trace: (line) => heard.push(line) }).catch(
        (reason: unknown) => reason,
      );

      expect(String(error)).toContain('Wrong password ***, partner.');
      expect(heard.join('\n')).toContain('Wrong password ***, partner.');
    },
  );

  it('for an encoding that nobody knows', async () => {
    await using server = await startEmbedded();
    const settings = { ...server.settings, encoding: 'klingon' };

    await expect(openTo({ ...server, settings })).rejects.toMatchObject({ kind: 'name-refused' });
  });

  it('by our own signal, with its reason', async () => {
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

  it('with a password that is also in other replies, and understands them', async () => {
    await using server = await startEmbedded({ users: { ann: '5' } });
    server.tree.put('/file', { content: '5'.repeat(55) });
    await using session = await openTo(withCredentials(server, { password: '5' }));

    const sizeBytes = await sizeOf(session, parseRemotePath('/file'));

    expect(sizeBytes).toBe(55);
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

/** A client certificate whose key only opens with the passphrase. */
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
