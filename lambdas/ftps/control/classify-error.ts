import type { FtpsErrorKind } from '../../core/connection/ftps-error-kind.ts';
import { tlsReason } from '../../core/connection/tls-refusal.ts';
import type { Reply } from './reply.ts';

/** The kind of a negative reply after the login. 421 and 530 end the session; all others leave it usable. */
export function classifyReply(reply: Reply): FtpsErrorKind {
  const known = replyKinds.get(reply.code);
  if (known !== undefined) return known;
  if (reply.code >= 400 && reply.code < 500) return 'unavailable';
  return reply.code >= 500 ? 'refused' : 'protocol';
}

/**
 * The kind of a negative reply between the greeting and the end of the login. ProFTPD reports its connection
 * limit as `530 Sorry, the maximum number of clients (2) ... are already connected`, with the code of a wrong
 * password. Here, and only here, the text of a reply decides as well: a wrong guess would lock the account or
 * open the circuit.
 */
export function classifyLoginReply(reply: Reply): FtpsErrorKind {
  if (reply.code === 421) return 'too-many-connections';
  if (reply.code === 530 && /maximum|too many/i.test(reply.bytes)) return 'too-many-connections';
  if (reply.code >= 400 && reply.code < 500) return 'unavailable';
  if (reply.code === 332 || reply.code === 532) return 'account-required';
  return reply.code < 400 ? 'protocol' : 'login-refused';
}

/**
 * The kind of a socket error, by its code. While a session is `opening`, a TLS alert says what the server
 * refuses. Once it is `open`, an alert only means that the server hung up: vsftpd ends idle sessions this
 * way.
 */
export function classifySocketError(error: unknown, phase: 'opening' | 'open'): FtpsErrorKind {
  const code = errorCode(error);
  if (code === undefined) return 'connection-lost';
  const known = socketKinds.get(code);
  if (known !== undefined) return known;
  if (certificateCodes.has(code)) return 'certificate-refused';
  if (!code.startsWith('ERR_SSL_')) return 'connection-lost';
  // What our side refuses stays refused, on every connection.
  if (ourRefusals.has(code)) return 'tls-refused';
  if (/ALERT.*(CERTIFICATE|UNKNOWN_CA|ACCESS_DENIED)/.test(code)) return 'client-certificate-refused';
  if (phase === 'open') return 'connection-lost';
  return plainTextCodes.has(code) ? 'not-ftps' : 'tls-refused';
}

/** The `answer` of an FtpsError for a reply. */
export function replyAnswer(reply: Reply): string {
  return `the server answered ${reply.shown}`;
}

/**
 * The `answer` of an FtpsError for another error: its message, with its code if the message lacks it. Of a
 * line of OpenSSL, which has a memory address and a source file, it keeps the reason; of Node.js's hints for
 * developers nothing.
 */
export function errorAnswer(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const code = errorCode(error);
  if (code?.startsWith('ERR_SSL_')) return `${tlsReason(code)} (${code})`;
  if (/disconnected before secure TLS/.test(error.message)) return 'the server hung up in the TLS handshake';
  const [message = ''] = error.message.split('; if the root CA is installed locally');
  if (message !== error.message) return code === undefined ? message : `${message} (${code})`;
  return code === undefined || error.message.includes(code) ? error.message : `${error.message} (${code})`;
}

/** The `code` of a Node.js error. */
export function errorCode(error: unknown): string | undefined {
  if (!(error instanceof Error) || !('code' in error)) return undefined;
  return typeof error.code === 'string' ? error.code : undefined;
}

/** Our own code for a certificate that verifies but matches none of tls.fingerprints. */
export const pinMismatchCode = 'FTPS_PIN_MISMATCH';

/** Our own code for a greeting that is not an FTP reply. */
export const notFtpCode = 'FTPS_NOT_FTP';

const replyKinds = new Map<number, FtpsErrorKind>([
  [332, 'account-required'],
  [421, 'connection-lost'],
  [425, 'unavailable'],
  [426, 'unavailable'],
  [450, 'unavailable'],
  [451, 'unavailable'],
  // RFC 959, 4.2.1: 4yz is transient. A full disk may be emptied soon; a quota (552) needs an agreement.
  [452, 'unavailable'],
  [500, 'not-supported'],
  [501, 'name-refused'],
  [502, 'not-supported'],
  [504, 'not-supported'],
  // vsftpd: the data connection did not resume the TLS session. A new FTP session starts a new one.
  [522, 'unavailable'],
  // After the login it means that the login has expired, and says nothing about the file.
  [530, 'connection-lost'],
  [532, 'account-required'],
  [533, 'protection-refused'],
  [534, 'protection-refused'],
  [536, 'protection-refused'],
  [552, 'no-space'],
  [553, 'name-refused'],
]);

const socketKinds = new Map<string, FtpsErrorKind>([
  ['ENOTFOUND', 'host-not-found'],
  ['EAI_AGAIN', 'host-not-found'],
  ['EAI_FAIL', 'host-not-found'],
  ['ECONNREFUSED', 'connection-refused'],
  ['EHOSTUNREACH', 'connection-refused'],
  ['ENETUNREACH', 'connection-refused'],
  ['ETIMEDOUT', 'timeout'],
  [notFtpCode, 'not-ftps'],
]);

/** Refusals by our own side of what a server offers. */
const ourRefusals = new Set([
  'ERR_SSL_DH_KEY_TOO_SMALL',
  'ERR_SSL_UNSAFE_LEGACY_RENEGOTIATION_DISABLED',
  'ERR_SSL_UNSUPPORTED_PROTOCOL',
]);

/** Verification errors of OpenSSL (X509_V_ERR_...), as Node.js names them, and our own. */
const certificateCodes = new Set([
  pinMismatchCode,
  'CERT_CHAIN_TOO_LONG',
  'CERT_HAS_EXPIRED',
  'CERT_NOT_YET_VALID',
  'CERT_REJECTED',
  'CERT_REVOKED',
  'CERT_SIGNATURE_FAILURE',
  'CERT_UNTRUSTED',
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'ERR_TLS_CERT_ALTNAME_FORMAT',
  'ERR_TLS_CERT_ALTNAME_INVALID',
  'HOSTNAME_MISMATCH',
  'INVALID_CA',
  'INVALID_PURPOSE',
  'PATH_LENGTH_EXCEEDED',
  'SELF_SIGNED_CERT_IN_CHAIN',
  'UNABLE_TO_GET_ISSUER_CERT',
  'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
  // Node.js has no name for a key or a signature that is too weak.
  'UNSPECIFIED',
]);

/** What OpenSSL reports when text arrives instead of a TLS record. */
const plainTextCodes = new Set([
  'ERR_SSL_WRONG_VERSION_NUMBER',
  'ERR_SSL_PACKET_LENGTH_TOO_LONG',
  'ERR_SSL_HTTP_REQUEST',
]);
