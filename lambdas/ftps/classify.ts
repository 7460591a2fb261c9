import type { FtpsFault } from '../sync/ftps-fault.ts';
import type { Reply } from './reply.ts';

/** What a negative reply means once logged in. 421 and 530 end the session; after all others it goes on. */
export function classifyReply(reply: Reply): FtpsFault {
  const known = replyFaults.get(reply.code);
  if (known !== undefined) return known;
  if (reply.code >= 400 && reply.code < 500) return 'unavailable';
  return reply.code >= 500 ? 'refused' : 'protocol';
}

/**
 * What a negative reply means between the greeting and the end of the login.
 * ProFTPD tells a full house as `530 Sorry, the maximum number of clients (2) ... are already connected`, the code of
 * a wrong password; here, and nowhere else, the text beside the code decides, since a wrong guess locks an account.
 */
export function classifyLoginReply(reply: Reply): FtpsFault {
  if (reply.code === 421) return 'too-many-connections';
  if (reply.code === 530 && /maximum|too many/i.test(reply.bytes)) return 'too-many-connections';
  if (reply.code >= 400 && reply.code < 500) return 'unavailable';
  return reply.code < 400 && reply.code !== 332 ? 'protocol' : 'login-refused';
}

/**
 * What the error of a socket means, by its code. While a session is `opening`, a TLS alert tells what the server will
 * not have; once it is `open`, it is only the way the server hung up (vsftpd ends an idle session so).
 */
export function classifySocketError(error: unknown, phase: 'opening' | 'open'): FtpsFault {
  const code = codeOf(error);
  if (code === undefined) return 'connection-lost';
  const known = socketFaults.get(code);
  if (known !== undefined) return known;
  if (certificateCodes.has(code)) return 'certificate-refused';
  if (!code.startsWith('ERR_SSL_')) return 'connection-lost';
  if (/ALERT.*(CERTIFICATE|UNKNOWN_CA|ACCESS_DENIED)/.test(code)) return 'client-certificate-refused';
  if (phase === 'open') return 'connection-lost';
  return plainTextCodes.has(code) ? 'not-ftps' : 'tls-refused';
}

/** The reply, for the `answer` of an error. */
export function replyAnswer(reply: Reply): string {
  return `the server answered ${reply.shown}`;
}

/** What an error says, with its code where its message has not got it, for the `answer` of an error. */
export function errorAnswer(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const code = codeOf(error);
  return code === undefined || error.message.includes(code) ? error.message : `${error.message} (${code})`;
}

/** The code of an error of Node's; undefined where it has none. */
export function codeOf(error: unknown): string | undefined {
  if (!(error instanceof Error) || !('code' in error)) return undefined;
  return typeof error.code === 'string' ? error.code : undefined;
}

/** Our own code, for a certificate that verifies but is none of the pinned ones. */
export const pinMismatchCode = 'FTPS_PIN_MISMATCH';

/** Our own code, for a greeting that is no FTP reply. */
export const notFtpCode = 'FTPS_NOT_FTP';

const replyFaults = new Map<number, FtpsFault>([
  [421, 'connection-lost'],
  [425, 'unavailable'],
  [426, 'unavailable'],
  [450, 'unavailable'],
  [451, 'unavailable'],
  // RFC 959, 4.2.1: 4yz passes. The disk that is full now may be emptied; a quota (552) is a matter of agreement.
  [452, 'unavailable'],
  [500, 'not-supported'],
  [501, 'name-refused'],
  [502, 'not-supported'],
  [504, 'not-supported'],
  // vsftpd: the data connection did not resume the TLS session it wants; a new session gets a new one.
  [522, 'unavailable'],
  // Once logged in, it can only mean that the login has expired: it is no verdict on the file.
  [530, 'connection-lost'],
  [532, 'denied'],
  [533, 'protection-refused'],
  [534, 'protection-refused'],
  [536, 'protection-refused'],
  [552, 'no-space'],
  [553, 'name-refused'],
]);

const socketFaults = new Map<string, FtpsFault>([
  ['ENOTFOUND', 'host-not-found'],
  ['EAI_AGAIN', 'host-not-found'],
  ['EAI_FAIL', 'host-not-found'],
  ['ECONNREFUSED', 'connection-refused'],
  ['EHOSTUNREACH', 'connection-refused'],
  ['ENETUNREACH', 'connection-refused'],
  ['ETIMEDOUT', 'timeout'],
  [notFtpCode, 'not-ftps'],
]);

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
]);

/** What OpenSSL says when text arrives where a TLS record should. */
const plainTextCodes = new Set([
  'ERR_SSL_WRONG_VERSION_NUMBER',
  'ERR_SSL_PACKET_LENGTH_TOO_LONG',
  'ERR_SSL_HTTP_REQUEST',
]);
