import { randomBytes, X509Certificate } from 'node:crypto';
import type { Socket } from 'node:net';
import { createSecureContext, type SecureContext, TLSSocket } from 'node:tls';
import type { Settings } from '../options.ts';

/** Longer than every test and every long download. The default of Node.js is 5 minutes. */
const sessionSeconds = 24 * 60 * 60;

/**
 * The one TLS context of a server. Control and data connections share its ticket keys and its session id
 * context, so that a data connection can resume the session of a control connection, in TLS 1.2 and 1.3.
 */
export function serverContext(settings: Settings): SecureContext {
  const { certificate, minVersion, maxVersion, requireClientCertificate, ciphers, dhParameters } = settings;
  return createSecureContext({
    cert: certificate.certificatePem,
    key: certificate.keyPem,
    ca: requireClientCertificate,
    ...(ciphers === undefined ? {} : { ciphers }),
    ...(dhParameters === undefined ? {} : { dhparam: dhParameters }),
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
 * Performs the server's side of a TLS handshake on an accepted socket. Rejects where the handshake fails, or
 * where a required client certificate was not issued by the authority.
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
    reject(new Error('another authority has issued the client certificate'));
    tlsSocket.destroy();
  });
  return promise;
}

/**
 * In Node.js, `tls.Server` makes this check. It cannot be used here, where the socket begins as plain (RFC
 * 4217).
 */
function isIssuedBy(socket: TLSSocket, authorityPem: string): boolean {
  const certificate = socket.getPeerX509Certificate();
  const authority = new X509Certificate(authorityPem);
  return certificate?.checkIssued(authority) === true && certificate.verify(authority.publicKey);
}
