import { createHash } from 'node:crypto';
import { isIP } from 'node:net';
import {
  type ConnectionOptions,
  checkServerIdentity,
  createSecureContext,
  type PeerCertificate,
  type SecureContext,
} from 'node:tls';
import type { Connection, Credentials } from '../contract/connection.ts';
import { codeOf, errorAnswer, pinMismatchCode } from './classify.ts';
import { FtpsError } from './ftps-error.ts';

/**
 * TLS options for one socket of a partner, control or data: fresh each time, so that nobody's change reaches another.
 * The host is the same on both, because Node lets a session be resumed only for the host it was made with.
 * @throws FtpsError `certificate-refused` or `client-certificate-refused` where the PEM texts cannot be used.
 */
export function tlsOptions(settings: Connection, credentials: Credentials): ConnectionOptions {
  const name = settings.tls.serverName ?? settings.host;
  return {
    host: name,
    // An IP address is never sent as SNI (RFC 6066, 3).
    ...(isIP(name) === 0 ? { servername: name } : {}),
    secureContext: secureContextOf(settings, credentials),
    minVersion: settings.tls.minVersion,
    rejectUnauthorized: true,
    // Called only once the chain is verified: name and pin come in addition to it, never in its place.
    checkServerIdentity: (_hostname, certificate) =>
      checkServerIdentity(name, certificate) ?? pinFault(settings.tls.fingerprints, certificate),
  };
}

/** Building a context costs more than a resumed handshake, so sockets with the same settings share one. */
const contexts = new WeakMap<Connection, WeakMap<Credentials, SecureContext>>();

function secureContextOf(settings: Connection, credentials: Credentials): SecureContext {
  const byCredentials = contexts.get(settings) ?? new WeakMap<Credentials, SecureContext>();
  contexts.set(settings, byCredentials);
  const known = byCredentials.get(credentials);
  if (known !== undefined) return known;
  const made = newSecureContext(settings, credentials);
  byCredentials.set(credentials, made);
  return made;
}

function newSecureContext(settings: Connection, credentials: Credentials): SecureContext {
  const common = {
    minVersion: settings.tls.minVersion,
    // vsftpd and Pure-FTPd only know P-256: named first, it spares a round trip on every TLS 1.3 data connection.
    ecdhCurve: 'P-256:X25519:P-384:P-521',
    ...(settings.tls.ca === undefined ? {} : { ca: settings.tls.ca }),
  };
  try {
    createSecureContext(common);
  } catch (cause) {
    const answer = errorAnswer(cause);
    throw contextError('certificate-refused', { attempt: 'reading tls.ca for', settings, answer, cause });
  }
  const { clientCertificate, clientKey, clientKeyPassphrase } = credentials;
  try {
    return createSecureContext({
      ...common,
      ...(clientCertificate === undefined ? {} : { cert: clientCertificate }),
      ...(clientKey === undefined ? {} : { key: clientKey }),
      ...(clientKeyPassphrase === undefined ? {} : { passphrase: clientKeyPassphrase }),
    });
  } catch (cause) {
    const attempt = 'reading the client certificate for';
    const answer = clientCertificateFault(credentials, cause);
    throw contextError('client-certificate-refused', { attempt, settings, answer, cause });
  }
}

/** What of the secret OpenSSL did not take, with its own words: it tells a passphrase from a key, but not a key from a certificate. */
function clientCertificateFault(credentials: Credentials, cause: unknown): string {
  const said = errorAnswer(cause);
  if (!isTaken(credentials.clientCertificate)) {
    return `clientCertificate is not taken as a certificate in PEM text: ${said}`;
  }
  if (codeOf(cause) === 'ERR_OSSL_X509_KEY_VALUES_MISMATCH') {
    return `clientKey is not the key of clientCertificate: ${said}`;
  }
  // One wrong passphrase of 256 seems to open it, and what comes out is no key.
  if (encryptedKey.test(credentials.clientKey ?? '')) {
    return credentials.clientKeyPassphrase === undefined
      ? `clientKey is encrypted, and there is no clientKeyPassphrase: ${said}`
      : `clientKeyPassphrase does not open clientKey: ${said}`;
  }
  return `clientKey is not taken as a private key in PEM text: ${said}`;
}

/** The label of RFC 7468, 11, and the header of RFC 1421, 4.6.1.1, which OpenSSL writes into keys of older formats. */
const encryptedKey = /^-----BEGIN ENCRYPTED PRIVATE KEY-----|^Proc-Type: 4,ENCRYPTED/m;

function isTaken(pem: string | undefined): boolean {
  try {
    createSecureContext(pem === undefined ? {} : { cert: pem });
    return true;
  } catch {
    // Why it is not taken is in the error that led here, which names it first.
    return false;
  }
}

function contextError(
  kind: 'certificate-refused' | 'client-certificate-refused',
  facts: {
    readonly attempt: string;
    readonly settings: Connection;
    readonly answer: string;
    readonly cause: unknown;
  },
): FtpsError {
  const { attempt, settings, answer, cause } = facts;
  return new FtpsError({ kind, attempt, target: settings.host, answer, cause });
}

function pinFault(fingerprints: readonly string[], certificate: PeerCertificate): Error | undefined {
  if (fingerprints.length === 0) return undefined;
  const seen = createHash('sha256').update(certificate.raw).digest('hex');
  if (fingerprints.includes(seen)) return undefined;
  const error = new Error(
    `the certificate's SHA-256 fingerprint is ${seen}, and tls.fingerprints has ${fingerprints.join(', ')}`,
  );
  return Object.assign(error, { code: pinMismatchCode });
}
