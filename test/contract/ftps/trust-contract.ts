import { X509Certificate } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { download } from '../../../lambdas/ftps/download.ts';
import { FtpsError } from '../../../lambdas/ftps/ftps-error.ts';
import { parseRemotePath } from '../../../lambdas/sync/remote-path.ts';
import { createAuthority } from '../../support/certificates.ts';
import { until } from '../../support/stage/until.ts';
import { HashingSink, openTo, type StartPartner, type TestPartner, withTls } from './test-partner.ts';

/** Whom we trust, and who trusts us. @param partner is there once the tests run. */
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

    it('a verified certificate that is not the pinned one, and tells its fingerprint', async () => {
      const pinned = withTls(partner(), { fingerprints: ['0'.repeat(64)] });

      await expect(openTo(pinned)).rejects.toMatchObject({
        kind: 'certificate-refused',
        message: expect.stringMatching(/fingerprint is [0-9a-f]{64}/),
      });
    });

    it('a wrong password, without repeating it in the error', async () => {
      const password = 'not-the-password';
      const wrong = { ...partner(), credentials: { ...partner().credentials, password } };

      const error = await openTo(wrong).then(
        () => undefined,
        (reason: unknown) => reason,
      );

      expect(error).toMatchObject({ kind: 'login-refused', replyCode: 530 });
      expect(String(error)).not.toContain(password);
    });

    it('one session too many, as a matter of capacity', async () => {
      await using crowded = await start({ maxConnections: 1 });
      await using _first = await firstSession(crowded);

      await expect(openTo(crowded)).rejects.toMatchObject({ kind: 'too-many-connections' });
    });
  });

  it('accepts a pinned certificate that comes second in the list', async () => {
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

  describe('with a client certificate demanded', () => {
    it('lets a certificate of the right authority in, also on data connections', async () => {
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

    it('says so where none is shown', async () => {
      const authority = await createAuthority('partners');
      await using server = await start({ requireClientCertificate: authority.certificatePem });

      await expect(openTo(server)).rejects.toMatchObject({
        kind: expect.stringMatching(/^(client-certificate-refused|tls-refused)$/),
      });
    });
  });
}

/** vsftpd counts the probe that saw it start until its process is reaped, so that a server for one may be full for a moment yet. */
function firstSession(partner: TestPartner) {
  return until('the server has room', () =>
    openTo(partner).catch((error: unknown) => {
      if (error instanceof FtpsError && error.kind === 'too-many-connections') return undefined;
      throw error;
    }),
  );
}
