import { createHash } from 'node:crypto';
import { isIP } from 'node:net';
import {
  type ConnectionOptions,
  checkServerIdentity,
  createSecureContext,
  type PeerCertificate,
  type SecureContext,
} from 'node:tls';
import type { Connection, Credentials } from '../../contract/partner-file/connection.ts';
import type { TlsTrust } from '../../core/connection/tls-refusal.ts';
import { errorAnswer, errorCode, pinMismatchCode } from '../control/classify-error.ts';
import { FtpsError } from '../ftps-error.ts';

/**
 * TLS options for one socket of a partner, control or data. A new object each time, so that a change by
 * Node.js does not reach another socket. The host is the same for both sockets, because Node.js resumes a TLS
 * session only for the host that it was created for.
 * @throws FtpsError `certificate-refused` where tls.ca is not valid PEM; `client-certificate-refused` where
 * the client certificate in the secret cannot be used.
 */
export function tlsOptions(settings: Connection, credentials: Credentials): ConnectionOptions {
  const name = settings.tls.serverName ?? settings.host;
  return {
    host: name,
    // An IP address is never sent as SNI (RFC 6066, 3).
    ...(isIP(name) === 0 ? { servername: name } : {}),
    secureContext: secureContextFor(settings, credentials),
    minVersion: settings.tls.minVersion,
    rejectUnauthorized: true,
    // Node.js calls this only after the chain is verified: name and fingerprint come in addition to it.
    checkServerIdentity: (_hostname, certificate) =>
      checkServerIdentity(name, certificate) ?? pinMismatch(settings.tls.fingerprints, certificate),
  };
}

/** What messages say of these settings. */
export function tlsTrust({ host, tls }: Connection, credentials: Credentials): TlsTrust {
  return {
    name: tls.serverName ?? host,
    hasCa: tls.ca !== undefined,
    minVersion: tls.minVersion,
    hasClientCertificate: credentials.clientCertificate !== undefined,
  };
}

/** A secure context costs more than a resumed handshake, so sockets with the same settings share one. */
const contexts = new WeakMap<Connection, WeakMap<Credentials, SecureContext>>();

function secureContextFor(settings: Connection, credentials: Credentials): SecureContext {
  const byCredentials = contexts.get(settings) ?? new WeakMap<Credentials, SecureContext>();
  contexts.set(settings, byCredentials);
  const known = byCredentials.get(credentials);
  if (known !== undefined) return known;
  const context = newSecureContext(settings, credentials);
  byCredentials.set(credentials, context);
  return context;
}

function newSecureContext(settings: Connection, credentials: Credentials): SecureContext {
  const common = {
    minVersion: settings.tls.minVersion,
    // vsftpd and Pure-FTPd only support P-256: offered first, it saves a round trip (HelloRetryRequest, RFC
    // 8446, 4.1.4) on every TLS 1.3 data connection.
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
    const answer = clientCertificateAnswer(credentials, cause);
    throw contextError('client-certificate-refused', { attempt, settings, answer, cause });
  }
}

/** Which field of the secret OpenSSL rejected, with its own message, which often does not say so. */
function clientCertificateAnswer(credentials: Credentials, cause: unknown): string {
  const reason = errorAnswer(cause);
  if (/_(?:KEY_TOO_SMALL|MD_TOO_WEAK)$/.test(errorCode(cause) ?? '')) {
    return `clientCertificate has a key or a signature that is too weak, so renew it with 2048 bits or more and SHA-256: ${reason}`;
  }
  if (!isValidCertificate(credentials.clientCertificate)) {
    return `clientCertificate is not a valid certificate in PEM format: ${reason}`;
  }
  if (errorCode(cause) === 'ERR_OSSL_X509_KEY_VALUES_MISMATCH') {
    return `clientKey is not the key of clientCertificate: ${reason}`;
  }
  // One wrong passphrase of 256 leaves valid padding, and OpenSSL then rejects the decrypted bytes instead.
  if (encryptedKey.test(credentials.clientKey ?? '')) {
    return credentials.clientKeyPassphrase === undefined
      ? `clientKey is encrypted, and there is no clientKeyPassphrase: ${reason}`
      : `clientKeyPassphrase does not open clientKey: ${reason}`;
  }
  return `clientKey is not a valid private key in PEM format: ${reason}`;
}

/** The label of RFC 7468, 11, and the header of RFC 1421, 4.6.1.1 that OpenSSL writes into older formats. */
const encryptedKey = /^-----BEGIN ENCRYPTED PRIVATE KEY-----|^Proc-Type: 4,ENCRYPTED/m;

function isValidCertificate(pem: string | undefined): boolean {
  try {
    createSecureContext(pem === undefined ? {} : { cert: pem });
    return true;
  } catch {
    // The caller reports the reason: it has OpenSSL's error for the whole context.
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

function pinMismatch(fingerprints: readonly string[], certificate: PeerCertificate): Error | undefined {
  if (fingerprints.length === 0) return undefined;
  const fingerprint = createHash('sha256').update(certificate.raw).digest('hex');
  if (fingerprints.includes(fingerprint)) return undefined;
  const error = new Error(
    `the certificate's SHA-256 fingerprint is ${fingerprint}, but tls.fingerprints has ${fingerprints.join(', ')}`,
  );
  return Object.assign(error, { code: pinMismatchCode });
}
