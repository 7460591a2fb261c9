import { describe, expect, it } from 'vitest';
import { parseRemotePath } from '../../../../lambdas/core/path/remote-path.ts';
import type { FtpsError } from '../../../../lambdas/ftps/ftps-error.ts';
import { download } from '../../../../lambdas/ftps/transfer/download.ts';
import { type CertificateRequest, createAuthority } from '../../../../testing/certificates.ts';
import { smallDiffieHellman, startLegacyRenegotiation } from '../../../support/partner/weak-tls.ts';
import { startEmbedded } from '../servers/embedded-partner.ts';
import {
  connectionTo,
  credentialsOf,
  HashingSink,
  openTo,
  type TestPartner,
  withTls,
} from '../test-partner.ts';

const dayMs = 24 * 60 * 60_000;
const weak = { ciphers: 'DEFAULT:@SECLEVEL=0' };
const onlyThePartner = 'Only the partner can mend this; no setting helps';

/** A server whose certificate is this one, issued by an authority that the client trusts. */
async function serverWith(
  request: Partial<CertificateRequest>,
  authority: Parameters<typeof createAuthority>[1] = {},
) {
  const issuer = await createAuthority('Acme CA', authority);
  const certificate = await issuer.issue({ names: ['127.0.0.1'], ...request });
  return startEmbedded({ ...weak, certificate });
}

async function refusalOf(partner: Pick<TestPartner, 'settings' | 'credentials'>): Promise<FtpsError> {
  const error = await openTo(partner).catch((reason: unknown) => reason);
  // No address in memory, no source file, no hint for developers of Node.js.
  expect(String(error)).not.toMatch(/[0-9A-F]{12}:error|\.c:\d|deps\/openssl|Node\.js|--use-/);
  return error as FtpsError;
}

describe('a certificate is refused, and the text says why and what helps:', () => {
  it.each<[string, Partial<CertificateRequest>, Parameters<typeof createAuthority>[1], RegExp, string]>([
    [
      'its key is too short',
      { rsaBits: 1024 },
      {},
      /key of the server's certificate is too short \(RSA, 1024 bits\)/,
      onlyThePartner,
    ],
    ['SHA-1 signs it', { hash: 'SHA-1' }, {}, /signature .* too weak \(ecdsa-with-SHA1\)/, onlyThePartner],
    [
      'MD5 signs it',
      { hash: 'MD5' },
      { rsaBits: 2048 },
      /signature .* too weak \(md5WithRSAEncryption\)/,
      onlyThePartner,
    ],
    [
      'the key of its authority is too short',
      {},
      { rsaBits: 1024 },
      /key of the authority CN=Acme CA is too short \(RSA, 1024 bits\)/,
      onlyThePartner,
    ],
    [
      'it has expired',
      { notAfter: new Date('2024-03-05T10:00:00Z'), notBefore: new Date('2024-01-01T00:00:00Z') },
      {},
      /certificate expired on 2024-03-05/,
      onlyThePartner,
    ],
    [
      'it is not valid yet',
      { notBefore: new Date(Date.now() + 2 * dayMs) },
      {},
      /certificate is not valid before 20/,
      onlyThePartner,
    ],
    [
      'it is for another host',
      { names: ['ftps.acme.example', 'ftp.acme.example'] },
      {},
      /certificate is for ftps\.acme\.example, ftp\.acme\.example, not for 127\.0\.0\.1/,
      'connection.tls.serverName',
    ],
  ])('%s', async (_why, request, authority, says, remedy) => {
    await using server = await serverWith(request, authority);

    const error = await refusalOf(server);

    expect(error).toMatchObject({ kind: 'certificate-refused', answer: expect.stringMatching(says) });
    expect(error.message).toContain(remedy);
    expect(error.message).not.toContain('client certificate');
  });

  it('its authority is unknown, which one, and where to put it', async () => {
    await using server = await serverWith({});
    const stranger = await createAuthority('Another CA');

    const withCa = await refusalOf(withTls(server, { ca: stranger.certificatePem }));
    const withoutCa = await refusalOf(withTls(server, { ca: undefined }));

    expect(withCa.message).toMatch(
      /issued by CN=Acme CA, which connection\.tls\.ca does not have .*set connection\.tls\.ca/,
    );
    expect(withoutCa.message).toMatch(/issued by CN=Acme CA, which is not one of the public authorities/);
  });

  it('it is not the pinned one, whose fingerprint it shows', async () => {
    await using server = await serverWith({});

    const error = await refusalOf(withTls(server, { fingerprints: ['ab'.repeat(32)] }));

    expect(error.message).toMatch(/fingerprint is [0-9a-f]{64}, but tls\.fingerprints has abab/);
    expect(error.kind).toBe('certificate-refused');
  });
});

describe('TLS is refused, and the text says why and what helps:', () => {
  it('the Diffie-Hellman parameters are too short', async () => {
    const authority = await createAuthority('Acme CA', { rsaBits: 2048 });
    const certificate = await authority.issue({ names: ['127.0.0.1'], rsaBits: 2048 });
    await using server = await startEmbedded({ certificate, ...smallDiffieHellman });

    const error = await refusalOf(server);

    expect(error).toMatchObject({
      kind: 'tls-refused',
      answer: expect.stringContaining('Diffie-Hellman parameters are too short'),
    });
    expect(error.message).toMatch(/2048 bits, or for ECDHE/);
    expect(error.message).not.toMatch(/minVersion|client certificate/);
  });

  it('the server has no secure renegotiation', async () => {
    await using server = await startLegacyRenegotiation();
    const settings = connectionTo({
      host: '127.0.0.1',
      port: server.port,
      security: 'implicit',
      authorityPem: '',
    });
    const credentials = credentialsOf('ann', 's3cret');

    const error = await refusalOf(withTls({ settings, credentials } as TestPartner, { ca: undefined }));

    expect(error).toMatchObject({ kind: 'tls-refused', answer: expect.stringContaining('RFC 5746') });
    expect(error.message).toContain(onlyThePartner);
  });

  it.each([
    ['TLSv1.3', { maxVersion: 'TLSv1.2' }, 'set connection.tls.minVersion to TLSv1.2'],
    ['TLSv1.2', { minVersion: 'TLSv1', maxVersion: 'TLSv1.1', ...weak }, onlyThePartner],
  ] as const)('no version from %s on', async (minVersion, versions, remedy) => {
    await using server = await startEmbedded(versions);

    const error = await refusalOf(withTls(server, { minVersion }));

    expect(error).toMatchObject({
      kind: 'tls-refused',
      answer: expect.stringContaining(`no TLS version from ${minVersion} on`),
    });
    expect(error.message).toContain(remedy);
  });

  it('no common cipher', async () => {
    await using server = await startEmbedded({
      maxVersion: 'TLSv1.2',
      ciphers: 'ECDHE-ECDSA-CAMELLIA128-SHA256:@SECLEVEL=0',
    });

    const error = await refusalOf(server);

    expect(error).toMatchObject({
      kind: 'tls-refused',
      answer: expect.stringContaining('no cipher or key exchange in common'),
    });
    expect(error.message).toContain('ECDHE and AES-GCM');
  });

  it.each(['TLSv1.2', 'TLSv1.3'] as const)(
    'a client certificate is wanted, or another one (%s)',
    async (maxVersion) => {
      const authority = await createAuthority('Clients');
      await using server = await startEmbedded({
        requireClientCertificate: authority.certificatePem,
        maxVersion,
      });

      const error = await refusalOf(server);

      expect(error.kind).toBe('client-certificate-refused');
      expect(error.message).toMatch(/clientCertificate and clientKey/);
    },
  );
});

describe('a data connection is refused, and the text says why:', () => {
  it.each([
    [
      'its key is too short',
      { rsaBits: 1024 } as const,
      /data connection failed: the key of the server's certificate is too short/,
    ],
    [
      'its authority is unknown',
      {},
      /data connection failed: the server's certificate was issued by CN=Other CA/,
    ],
  ])('%s', async (_why, request, says) => {
    const issuer = await createAuthority('Acme CA');
    const other = 'rsaBits' in request ? issuer : await createAuthority('Other CA');
    const certificate = await issuer.issue({ names: ['127.0.0.1'] });
    const dataCertificate = await other.issue({ names: ['127.0.0.1'], ...request });
    await using server = await startEmbedded({
      ...weak,
      certificate,
      dataCertificate,
      requireSessionReuse: false,
    });
    server.tree.put('/a.csv', { content: '12345' });
    await using session = await openTo(server);

    const reading = download(session, { path: parseRemotePath('/a.csv'), sizeBytes: 5 }, new HashingSink());

    await expect(reading).rejects.toMatchObject({
      kind: 'certificate-refused',
      answer: expect.stringMatching(says),
    });
    expect(session.lost).toBe(true);
  });
});
