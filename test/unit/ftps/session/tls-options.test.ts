import { createPrivateKey } from 'node:crypto';
import { beforeAll, describe, expect, it } from 'vitest';
import type { Connection, Credentials } from '../../../../lambdas/contract/partner-file/connection.ts';
import { tlsOptions } from '../../../../lambdas/ftps/session/tls-options.ts';
import { createAuthority } from '../../../../testing/certificates.ts';

const credentials: Credentials = {
  user: 'ann',
  password: 's3cret',
  clientCertificate: undefined,
  clientKey: undefined,
  clientKeyPassphrase: undefined,
};

function connection(host: string, serverName?: string): Connection {
  const tls = { minVersion: 'TLSv1.2', ca: undefined, serverName, fingerprints: [] } as const;
  return {
    host,
    port: 21,
    security: 'explicit',
    tls,
    maxConnections: 4,
    timeZone: 'auto',
    timeZoneOf: 'list',
    listing: 'auto',
    encoding: 'auto',
  };
}

describe('TLS options', () => {
  it.each([
    ['the host', connection('ftps.acme.example'), 'ftps.acme.example'],
    [
      'tls.serverName instead of the host',
      connection('198.51.100.7', 'ftps.acme.example'),
      'ftps.acme.example',
    ],
    ['nothing for an IPv4 address', connection('198.51.100.7'), undefined],
    ['nothing for an IPv6 address', connection('2001:db8::7'), undefined],
  ])('ask by SNI for %s', (_what, settings, servername) => {
    const options = tlsOptions(settings, credentials);

    expect(options.servername).toBe(servername);
  });

  it('are a new object each time, so that a change does not reach another socket', () => {
    const settings = connection('ftps.acme.example');

    const first = tlsOptions(settings, credentials);
    const second = tlsOptions(settings, credentials);

    expect(first).not.toBe(second);
  });

  it('share one secure context among the sockets of a connection', () => {
    const settings = connection('ftps.acme.example');

    const first = tlsOptions(settings, credentials);
    const second = tlsOptions(settings, credentials);

    expect(first.secureContext).toBe(second.secureContext);
  });

  it('have another secure context for other credentials', () => {
    const settings = connection('ftps.acme.example');

    const first = tlsOptions(settings, credentials);
    const second = tlsOptions(settings, { ...credentials });

    expect(first.secureContext).not.toBe(second.secureContext);
  });
});

describe('A client certificate that cannot be used', () => {
  const pem = { certificate: '', key: '', lockedKey: '', otherKey: '', nonsense: 'nonsense' };
  type Text = keyof typeof pem;

  beforeAll(async () => {
    const authority = await createAuthority('partners');
    const [ours, other] = await Promise.all(
      ['us', 'other'].map((name) => authority.issue({ names: [name], usage: 'client' })),
    );
    pem.certificate = ours?.certificatePem ?? '';
    pem.key = ours?.keyPem ?? '';
    pem.otherKey = other?.keyPem ?? '';
    pem.lockedKey = createPrivateKey(pem.key)
      .export({ type: 'pkcs8', format: 'pem', cipher: 'aes-256-cbc', passphrase: 'open sesame' })
      .toString();
  });

  it('because its key is too weak is refused as such', async () => {
    const authority = await createAuthority('partners');
    const { certificatePem, keyPem } = await authority.issue({
      names: ['us'],
      usage: 'client',
      rsaBits: 1024,
    });
    const shown = { ...credentials, clientCertificate: certificatePem, clientKey: keyPem };

    const making = () => tlsOptions(connection('ftps.acme.example'), shown);

    expect(making).toThrow('clientCertificate has a key or a signature that is too weak');
  });

  const invalid: readonly [string, Text, Text, string | undefined, string][] = [
    [
      'whose key is under another passphrase',
      'certificate',
      'lockedKey',
      'rye',
      'clientKeyPassphrase does not open clientKey',
    ],
    [
      'whose key needs a passphrase',
      'certificate',
      'lockedKey',
      undefined,
      'there is no clientKeyPassphrase',
    ],
    [
      'with the key of another certificate',
      'certificate',
      'otherKey',
      undefined,
      'clientKey is not the key of clientCertificate',
    ],
    ['that is not PEM', 'nonsense', 'key', undefined, 'clientCertificate is not a valid certificate'],
    ['whose key is not PEM', 'certificate', 'nonsense', undefined, 'clientKey is not a valid private key'],
  ];

  it('with a wrong passphrase is refused as such, also where decryption seems to succeed', () => {
    const shown = { ...credentials, clientCertificate: pem.certificate, clientKey: pem.lockedKey };
    const making = (attempt: number) => () =>
      tlsOptions(connection('ftps.acme.example'), { ...shown, clientKeyPassphrase: `wrong ${attempt}` });

    // One wrong passphrase of 256 leaves valid padding.
    for (let attempt = 0; attempt < 500; attempt++) {
      expect(making(attempt)).toThrow('clientKeyPassphrase does not open clientKey');
    }
  });

  it.each(invalid)(
    '%s is refused, and the message names the field and the secret',
    (_, certificate, key, passphrase, says) => {
      const shown = {
        clientCertificate: pem[certificate],
        clientKey: pem[key],
        clientKeyPassphrase: passphrase,
      };

      const making = () => tlsOptions(connection('ftps.acme.example'), { ...credentials, ...shown });

      expect(making).toThrow(
        expect.objectContaining({
          kind: 'client-certificate-refused',
          message: expect.stringMatching(
            `^reading the client certificate for ftps.acme.example failed: .*${says}.* into the secret \\(connection\\.secret\\), `,
          ),
        }),
      );
    },
  );
});
