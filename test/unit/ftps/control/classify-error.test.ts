import { describe, expect, it } from 'vitest';
import {
  classifyLoginReply,
  classifyReply,
  classifySocketError,
} from '../../../../lambdas/ftps/control/classify-error.ts';

const reply = (code: number, text = '') => ({ code, bytes: `${code} ${text}`, shown: '' });
const failure = (code: string) => Object.assign(new Error('any message'), { code });

describe('a reply after the login', () => {
  it.each([
    [421, 'connection-lost'],
    [425, 'unavailable'],
    [426, 'unavailable'],
    [431, 'unavailable'],
    [450, 'unavailable'],
    [451, 'unavailable'],
    [452, 'unavailable'],
    [500, 'not-supported'],
    [501, 'name-refused'],
    [522, 'unavailable'],
    [530, 'connection-lost'],
    [534, 'protection-refused'],
    [550, 'refused'],
    [551, 'refused'],
    [552, 'no-space'],
    [553, 'name-refused'],
    [350, 'protocol'],
  ])('%i means %s', (code, kind) => {
    const result = classifyReply(reply(code));

    expect(result).toBe(kind);
  });
});

describe('a reply to the login', () => {
  it.each([
    [530, 'Login incorrect.', 'login-refused'],
    [
      530,
      'Sorry, the maximum number of clients (2) from your host are already connected.',
      'too-many-connections',
    ],
    [530, 'Too many users', 'too-many-connections'],
    [550, 'maximum', 'login-refused'],
    [421, 'Service not available', 'too-many-connections'],
    [332, 'Need account', 'account-required'],
    [532, 'Need account for storing files', 'account-required'],
    [431, 'No such mechanism', 'unavailable'],
    [150, '', 'protocol'],
  ])('%i %s means %s', (code, text, kind) => {
    const result = classifyLoginReply(reply(code, text));

    expect(result).toBe(kind);
  });
});

describe("a socket's error", () => {
  it.each([
    ['ENOTFOUND', 'host-not-found'],
    ['ECONNREFUSED', 'connection-refused'],
    ['ETIMEDOUT', 'timeout'],
    ['ECONNRESET', 'connection-lost'],
    ['CERT_HAS_EXPIRED', 'certificate-refused'],
    ['ERR_TLS_CERT_ALTNAME_INVALID', 'certificate-refused'],
    ['DEPTH_ZERO_SELF_SIGNED_CERT', 'certificate-refused'],
    ['ERR_SSL_WRONG_VERSION_NUMBER', 'not-ftps'],
    ['ERR_SSL_TLSV1_ALERT_PROTOCOL_VERSION', 'tls-refused'],
    ['ERR_SSL_UNSUPPORTED_PROTOCOL', 'tls-refused'],
    ['ERR_SSL_SSL/TLS_ALERT_HANDSHAKE_FAILURE', 'tls-refused'],
    ['ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED', 'client-certificate-refused'],
    ['ERR_SSL_TLSV1_ALERT_UNKNOWN_CA', 'client-certificate-refused'],
    ['ERR_SSL_SSL/TLS_ALERT_BAD_CERTIFICATE', 'client-certificate-refused'],
  ])('%s while the session opens means %s', (code, kind) => {
    const result = classifySocketError(failure(code), 'opening');

    expect(result).toBe(kind);
  });

  // vsftpd ends an idle session with the first of them, and a crashed one with the second.
  it.each([['ERR_SSL_TLSV1_ALERT_DECODE_ERROR'], ['ERR_SSL_WRONG_VERSION_NUMBER'], ['EPIPE']])(
    '%s in an open session means that the server hung up',
    (code) => {
      const result = classifySocketError(failure(code), 'open');

      expect(result).toBe('connection-lost');
    },
  );

  it('is a lost connection where it has no code', () => {
    const result = classifySocketError(new Error('Server closed connection unexpectedly.'), 'opening');

    expect(result).toBe('connection-lost');
  });
});
