import { X509Certificate } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { parseRemotePath } from '../../../../lambdas/core/path/remote-path.ts';
import { FtpsError } from '../../../../lambdas/ftps/ftps-error.ts';
import { download } from '../../../../lambdas/ftps/transfer/download.ts';
import { createAuthority } from '../../../../testing/certificates.ts';
import { waitUntil } from '../../../support/wait-until.ts';
import { HashingSink, openTo, type StartPartner, type TestPartner, withTls } from '../test-partner.ts';

/** Which certificates each side trusts. @param partner is available once the tests run. */
export function trustContract(partner: () => TestPartner, start: StartPartner): void {
  describe('refuses', () => {
    it('a certificate of an unknown authority', async () => {
      const stranger = withTls(partner(), { ca: (await createAuthority('stranger')).certificatePem });

      await expect(openTo(stranger)).rejects.toMatchObject({ kind: 'certificate-refused' });
    });

    it('a certificate for another host name', async () => {
      const misnamed = withTls(partner(), { serverName: 'ftps.acme.example' });

      await expect(openTo(misnamed)).rejects.toMatchObject({ kind: 'certificate-refused' });
    });

    it('a certificate that has expired', async () => {
      const authority = await createAuthority('old');
      const certificate = await authority.issue({
        names: ['127.0.0.1'],
        notAfter: new Date(Date.now() - 1000),
      });
      await using expired = await start({ certificate });

      await expect(openTo(expired)).rejects.toMatchObject({ kind: 'certificate-refused' });
    });

    it('a verified certificate that is not pinned, and shows its fingerprint', async () => {
      const pinned = withTls(partner(), { fingerprints: ['0'.repeat(64)] });

      await expect(openTo(pinned)).rejects.toMatchObject({
        kind: 'certificate-refused',
        message: expect.stringMatching(/fingerprint is [0-9a-f]{64}/),
      });
    });

    it('a wrong password, without showing it in the error', async () => {
      const password = 'not-the-password';
      const wrong = { ...partner(), credentials: { ...partner().credentials, password } };

      const error = await openTo(wrong).then(
        () => undefined,
        (reason: unknown) => reason,
      );

      expect(error).toMatchObject({ kind: 'login-refused', replyCode: 530 });
      expect(String(error)).not.toContain(password);
    });

    it('a session beyond the limit as too-many-connections', async () => {
      await using crowded = await start({ maxConnections: 1 });
      await using _first = await firstSession(crowded);

      await expect(openTo(crowded)).rejects.toMatchObject({ kind: 'too-many-connections' });
    });
  });

  it('accepts a pinned certificate that is second in the list', async () => {
    const authority = await createAuthority('pinned');
    const certificate = await authority.issue({ names: ['127.0.0.1'] });
    await using server = await start({ certificate });
    const fingerprint = new X509Certificate(certificate.certificatePem).fingerprint256
      .replaceAll(':', '')
      .toLowerCase();
    const pinned = withTls(server, { fingerprints: ['0'.repeat(64), fingerprint] });

    await using session = await openTo(pinned);

    expect(session.lost).toBe(false);
  });

  describe('where a client certificate is required', () => {
    it('accepts a certificate of the right authority, also on data connections', async () => {
      const authority = await createAuthority('partners');
      const client = await authority.issue({ names: ['ftps-sync'], usage: 'client' });
      await using server = await start({ requireClientCertificate: authority.certificatePem });
      await server.putFile('/one', '1');
      const credentials = {
        ...server.credentials,
        clientCertificate: client.certificatePem,
        clientKey: client.keyPem,
      };
      await using session = await openTo({ ...server, credentials });
      const sink = new HashingSink();

      await download(session, { path: parseRemotePath('/one'), sizeBytes: 1 }, sink);

      expect(sink.bytes).toBe(1);
    });

    it('refuses a client without one', async () => {
      const authority = await createAuthority('partners');
      await using server = await start({ requireClientCertificate: authority.certificatePem });

      await expect(openTo(server)).rejects.toMatchObject({
        kind: expect.stringMatching(/^(client-certificate-refused|tls-refused)$/),
      });
    });
  });
}

/**
 * vsftpd counts the probe that saw it start until its process is reaped: a server for one may still be full.
 */
function firstSession(partner: TestPartner) {
  return waitUntil({
    what: 'the server has a free connection',
    check: () =>
      openTo(partner).catch((error: unknown) => {
        if (error instanceof FtpsError && error.kind === 'too-many-connections') return undefined;
        throw error;
      }),
  });
}
