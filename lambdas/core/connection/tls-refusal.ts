import type { FtpsErrorKind } from './ftps-error-kind.ts';
import type { ServerCertificate } from './server-certificate.ts';

/** What our side requires of a server, as far as messages need it. */
export interface TlsTrust {
  /** The name that the certificate must have: `tls.serverName`, else `host`. */
  readonly name: string;
  /** Whether `tls.ca` replaces the public authorities. */
  readonly hasCa: boolean;
  readonly minVersion: string;
  /** Undefined where it is not known. */
  readonly hasClientCertificate: boolean | undefined;
}

/** A failed TLS handshake. */
export interface TlsFailure {
  /** The `code` of the error of Node.js. */
  readonly code: string;
  /** The certificates that the server sent, its own first; empty where it sent none. */
  readonly chain: readonly ServerCertificate[];
  /** Whether the server answered our first message with more than an alert. */
  readonly hasAnswered: boolean;
  readonly trust: TlsTrust;
  readonly now: Date;
}

/** Why it failed, in words for a person, and the one thing that helps. */
export interface TlsRefusal {
  readonly kind: FtpsErrorKind;
  readonly answer: string;
  readonly remedy: string;
}

/**
 * Tells the cause of a failed handshake. OpenSSL's own lines name source files and memory, and say nothing to
 * a person. Undefined for an error that is not one of TLS.
 */
export function explainTlsFailure(failure: TlsFailure): TlsRefusal | undefined {
  return certificateRefusal(failure) ?? handshakeRefusal(failure);
}

const onlyThePartner = 'Only the partner can mend this; no setting helps:';
const renewal =
  'it has to renew its certificate, with a key of 2048 bits or more and a signature with SHA-256.';

/**
 * What of a chain OpenSSL finds too weak (its security level 2): a key, or a signature with MD5 or SHA-1.
 * Undefined where nothing is.
 */
export function weakCertificate([certificate, authority]: readonly ServerCertificate[]):
  | Explanation
  | undefined {
  if (certificate === undefined) return undefined;
  const { key, signature, issuer, isSelfSigned } = certificate;
  const remedy = `${onlyThePartner} ${renewal}`;
  if (isShort(key)) return { answer: `the key of the server's certificate is too short (${key})`, remedy };
  if (!isSelfSigned && /md[245]|sha1/i.test(signature ?? '')) {
    return { answer: `the signature of the server's certificate is too weak (${signature})`, remedy };
  }
  if (!isShort(authority?.key)) return undefined;
  const answer = `the key of the authority ${issuer} is too short (${authority?.key})`;
  return { answer, remedy: `${onlyThePartner} it has to use a certificate of another authority.` };
}

/** 2048 bits of RSA are what 224 bits of an elliptic curve are. */
function isShort(key: string | undefined): boolean {
  const [, bits] = /^(?:RSA|DSA)\S*, (\d+) bits$/.exec(key ?? '') ?? [];
  return bits !== undefined && Number(bits) < 2048;
}

function certificateRefusal(failure: TlsFailure): TlsRefusal | undefined {
  const { code, chain, trust } = failure;
  const kind = 'certificate-refused';
  // Node.js has no name for a key or a signature that is too weak.
  const weak = code === 'UNSPECIFIED' ? weakCertificate(chain) : undefined;
  if (weak !== undefined) return { kind, ...weak };
  const [certificate] = chain;
  if (certificate === undefined) return undefined;
  switch (code) {
    case 'CERT_HAS_EXPIRED':
    case 'CERT_NOT_YET_VALID':
      return { kind, ...outOfDate(failure, certificate) };
    case 'ERR_TLS_CERT_ALTNAME_INVALID':
    case 'HOSTNAME_MISMATCH':
      return { kind, ...wrongName(certificate, trust) };
    case 'DEPTH_ZERO_SELF_SIGNED_CERT':
      return { kind, ...selfSigned(certificate) };
    case 'SELF_SIGNED_CERT_IN_CHAIN':
    case 'UNABLE_TO_GET_ISSUER_CERT':
    case 'UNABLE_TO_GET_ISSUER_CERT_LOCALLY':
    case 'UNABLE_TO_VERIFY_LEAF_SIGNATURE':
      return { kind, ...unknownIssuer(certificate, failure) };
    default:
      return undefined;
  }
}

type Explanation = Pick<TlsRefusal, 'answer' | 'remedy'>;

function outOfDate({ chain, now }: TlsFailure, certificate: ServerCertificate): Explanation {
  if (certificate.expiresAt <= now) {
    const answer = `the server's certificate expired on ${dateText(certificate.expiresAt)}`;
    return { answer, remedy: `${onlyThePartner} it has to renew its certificate.` };
  }
  if (certificate.validFrom > now) {
    const from = dateText(certificate.validFrom);
    const answer = `the server's certificate is not valid before ${from}`;
    return {
      answer,
      remedy: `${onlyThePartner} it has to use one that is valid now. This one is from ${from} on.`,
    };
  }
  const authority = chain.slice(1).find(({ expiresAt, validFrom }) => expiresAt <= now || validFrom > now);
  return {
    answer: `the certificate of the authority ${authority?.subject ?? certificate.issuer} has expired or is not valid yet`,
    remedy:
      'The partner has to send a valid one in its chain. If connection.tls.ca has the old one, replace it.',
  };
}

function wrongName(certificate: ServerCertificate, { name }: TlsTrust): Explanation {
  const names = certificate.names.join(', ') || certificate.subject;
  return {
    answer: `the server's certificate is for ${names}, not for ${name}`,
    remedy:
      'Set connection.host to a name of the certificate; or connection.tls.serverName, if the partner confirms that its server has this name.',
  };
}

function selfSigned({ subject, fingerprint }: ServerCertificate): Explanation {
  return {
    answer: `the server's certificate is self-signed (${subject}; SHA-256 ${fingerprint})`,
    remedy:
      'Compare the fingerprint with the partner over another channel, then set connection.tls.ca to the certificate as a PEM file.',
  };
}

function unknownIssuer(certificate: ServerCertificate, { chain, trust }: TlsFailure): Explanation {
  const top = chain.at(-1) ?? certificate;
  const which = trust.hasCa
    ? 'which connection.tls.ca does not have'
    : 'which is not one of the public authorities';
  const missing =
    chain.length === 1
      ? ' The server sends no intermediate certificate; if there is one, the partner has to add it.'
      : '';
  return {
    answer: `the server's certificate was issued by ${top.issuer}, ${which} (SHA-256 of the certificate: ${certificate.fingerprint})`,
    remedy: `Get the certificate of this authority as a PEM file from the partner, and set connection.tls.ca to it.${missing}`,
  };
}

function handshakeRefusal(failure: TlsFailure): TlsRefusal | undefined {
  const { code, trust, hasAnswered } = failure;
  if (!code.startsWith('ERR_SSL_')) return undefined;
  if (code === 'ERR_SSL_DH_KEY_TOO_SMALL') {
    const remedy = `${onlyThePartner} ask for Diffie-Hellman parameters of 2048 bits, or for ECDHE.`;
    return {
      kind: 'tls-refused',
      answer: "the server's Diffie-Hellman parameters are too short (fewer than 2048 bits)",
      remedy,
    };
  }
  if (code === 'ERR_SSL_UNSAFE_LEGACY_RENEGOTIATION_DISABLED') {
    const remedy = `${onlyThePartner} its TLS library is from before 2010 and has to be replaced.`;
    return {
      kind: 'tls-refused',
      answer: 'the server does not support secure renegotiation (RFC 5746)',
      remedy,
    };
  }
  if (/PROTOCOL_VERSION|UNSUPPORTED_PROTOCOL|UNSUPPORTED_SSL_VERSION|WRONG_SSL_VERSION/.test(code)) {
    return { kind: 'tls-refused', ...oldVersion(trust) };
  }
  if (code === 'ERR_SSL_TLSV1_UNRECOGNIZED_NAME') {
    const answer = `the server does not know the name ${trust.name}, which TLS asks for (SNI)`;
    const remedy =
      'Set connection.host, or connection.tls.serverName, to the name that the partner gives its server.';
    return { kind: 'tls-refused', answer, remedy };
  }
  if (/SIGNATURE_(?:TYPE|ALGORITHM)/.test(code)) {
    const answer = 'the server signs its TLS handshake only with algorithms that are no longer secure';
    return { kind: 'tls-refused', answer, remedy: `${onlyThePartner} ask for signatures with SHA-256.` };
  }
  const isClientRefused = /ALERT.*(CERTIFICATE|UNKNOWN_CA|ACCESS_DENIED)/.test(code);
  // TLS 1.2 has no alert of its own for a missing client certificate.
  if (isClientRefused || (hasAnswered && /HANDSHAKE_FAILURE/.test(code))) return clientCertificate(failure);
  if (/HANDSHAKE_FAILURE|INSUFFICIENT_SECURITY|NO_CIPHERS_AVAILABLE|NO_SHARED_CIPHER/.test(code)) {
    return {
      kind: 'tls-refused',
      answer: 'the server and ftps-sync have no cipher or key exchange in common',
      remedy: `${onlyThePartner} ask for TLS 1.3, or for TLS 1.2 with ECDHE and AES-GCM.`,
    };
  }
  return undefined;
}

function oldVersion({ minVersion }: TlsTrust): Explanation {
  const answer = `the server offers no TLS version from ${minVersion} on (connection.tls.minVersion)`;
  return minVersion === 'TLSv1.2'
    ? {
        answer,
        remedy: `${onlyThePartner} it must offer TLS 1.2 or later, because older versions are insecure.`,
      }
    : { answer, remedy: 'If the partner cannot offer it, set connection.tls.minVersion to TLSv1.2.' };
}

function clientCertificate({ code, trust }: TlsFailure): TlsRefusal {
  const kind = 'client-certificate-refused';
  if (trust.hasClientCertificate !== true) {
    const known = trust.hasClientCertificate === false ? ', and the secret has none' : '';
    return {
      kind,
      answer: `the server wants a client certificate${known}`,
      remedy:
        'Put clientCertificate and clientKey into the secret (connection.secret), and ask the partner to trust the authority that issued the certificate.',
    };
  }
  return {
    kind,
    answer: `the server refuses the client certificate in the secret (${tlsReason(code)})`,
    remedy:
      'Ask the partner which client certificate it trusts, and put that one into the secret (connection.secret) with its key.',
  };
}

/** `ERR_SSL_SSL/TLS_ALERT_BAD_CERTIFICATE` as `alert bad certificate`. */
export function tlsReason(code: string): string {
  return code
    .replace(/^ERR_SSL_(?:SSL\/TLS_|TLSV1_|TLSV13_|SSLV3_)?/, '')
    .replaceAll('_', ' ')
    .toLowerCase();
}

/** What differs between two certificates, for the message about the one that was refused. */
export function describeCertificateChange(
  before: ServerCertificate,
  now: ServerCertificate,
): string | undefined {
  if (before.fingerprint === now.fingerprint) return undefined;
  const differences = [
    difference('issuer', before.issuer, now.issuer),
    difference('names', before.names.join(', '), now.names.join(', ')),
    difference('key', before.key, now.key),
    difference('signature', before.signature, now.signature),
    difference('expiry', dateText(before.expiresAt), dateText(now.expiresAt)),
  ].filter((each) => each !== undefined);
  const what = differences.length === 0 ? 'only its fingerprint' : differences.join('; ');
  return `It is not the certificate of the last good session. What changed: ${what}`;
}

function difference(what: string, before: string | undefined, now: string | undefined): string | undefined {
  if (before === undefined || now === undefined || before === now) return undefined;
  return `${what} was ${before || 'none'}, is ${now || 'none'}`;
}

function dateText(date: Date): string {
  return date.toISOString().slice(0, 10);
}
