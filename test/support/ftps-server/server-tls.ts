import { randomBytes, X509Certificate } from 'node:crypto';
import type { Socket } from 'node:net';
import { createSecureContext, type SecureContext, TLSSocket } from 'node:tls';
import type { Settings } from './options.ts';

/** A session outlives every test and every long download; Node's own default is 5 minutes. */
const sessionSeconds = 24 * 60 * 60;

/**
 * The one context of a server. Control and data connections share it, with its ticket keys and its session id context,
 * so that a session of the one is resumed by the other, in TLS 1.2 and 1.3.
 */
export function serverContext(settings: Settings): SecureContext {
  const { certificate, minVersion, maxVersion, requireClientCertificate } = settings;
  return createSecureContext({
    cert: certificate.certificatePem,
    key: certificate.keyPem,
    ca: requireClientCertificate,
    minVersion: minVersion ?? 'TLSv1.2',
    maxVersion: maxVersion ?? 'TLSv1.3',
    ticketKeys: randomBytes(48),
    sessionIdContext: 'ftps-server',
    sessionTimeout: sessionSeconds,
  });
}

export interface Securing {
  readonly socket: Socket;
  readonly secureContext: SecureContext;
  readonly settings: Settings;
}

/**
 * Does the server's side of a TLS handshake on an accepted socket. Resolves with the TLS socket once the handshake is
 * complete and the client's certificate, where one is required, comes from the authority; rejects otherwise.
 */
export function secure({ socket, secureContext, settings }: Securing): Promise<TLSSocket> {
  const authorityPem = settings.requireClientCertificate;
  const tlsSocket = new TLSSocket(socket, {
    isServer: true,
    secureContext,
    requestCert: authorityPem !== undefined,
    rejectUnauthorized: authorityPem !== undefined,
  });
  const { promise, resolve, reject } = Promise.withResolvers<TLSSocket>();
  tlsSocket.on('error', reject);
  tlsSocket.once('close', () =>
    reject(new Error('the client closed the connection during the TLS handshake')),
  );
  tlsSocket.once('secure', () => {
    if (authorityPem === undefined || isIssuedBy(tlsSocket, authorityPem)) return resolve(tlsSocket);
    reject(new Error('the client certificate comes from another authority'));
    tlsSocket.destroy();
  });
  return promise;
}

/** Node leaves the judgement to `tls.Server`, which is not used here because the plain socket comes first (RFC 4217). */
function isIssuedBy(socket: TLSSocket, authorityPem: string): boolean {
  const certificate = socket.getPeerX509Certificate();
  const authority = new X509Certificate(authorityPem);
  return certificate?.checkIssued(authority) === true && certificate.verify(authority.publicKey);
}
