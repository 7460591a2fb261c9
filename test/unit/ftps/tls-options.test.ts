import { describe, expect, it } from 'vitest';
import type { Connection, Credentials } from '../../../lambdas/contract/connection.ts';
import { tlsOptions } from '../../../lambdas/ftps/tls-options.ts';

const credentials: Credentials = {
  user: 'ann',
  password: 's3cret',
  clientCertificate: undefined,
  clientKey: undefined,
  clientKeyPassphrase: undefined,
};

function connection(host: string, serverName?: string): Connection {
  const tls = { minVersion: 'TLSv1.2', ca: undefined, serverName, fingerprints: [] } as const;
  return { host, port: 21, security: 'explicit', tls, maxConnections: 4, timeZone: 'auto', encoding: 'auto' };
}

describe('TLS options', () => {
  it.each([
    ['the host', connection('ftps.acme.example'), 'ftps.acme.example'],
    [
      'the set name instead of the host',
      connection('198.51.100.7', 'ftps.acme.example'),
      'ftps.acme.example',
    ],
    ['nothing for an IPv4 address', connection('198.51.100.7'), undefined],
    ['nothing for an IPv6 address', connection('2001:db8::7'), undefined],
  ])('ask by SNI for %s', (_what, settings, servername) => {
    const options = tlsOptions(settings, credentials);

    expect(options.servername).toBe(servername);
  });

  it('are a new object each time, so that no socket changes them for another', () => {
    const settings = connection('ftps.acme.example');

    const first = tlsOptions(settings, credentials);
    const second = tlsOptions(settings, credentials);

    expect(first).not.toBe(second);
  });

  it('share one context among the sockets of a connection', () => {
    const settings = connection('ftps.acme.example');

    const first = tlsOptions(settings, credentials);
    const second = tlsOptions(settings, credentials);

    expect(first.secureContext).toBe(second.secureContext);
  });

  it('have a context of their own for other credentials', () => {
    const settings = connection('ftps.acme.example');

    const first = tlsOptions(settings, credentials);
    const second = tlsOptions(settings, { ...credentials });

    expect(first.secureContext).not.toBe(second.secureContext);
  });
});
