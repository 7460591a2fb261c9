import { describe, expect, it } from 'vitest';
import type { ServerCertificate } from '../../../../lambdas/core/connection/server-certificate.ts';
import {
  describeCertificateChange,
  explainTlsFailure,
  type TlsFailure,
  tlsReason,
} from '../../../../lambdas/core/connection/tls-refusal.ts';

const now = new Date('2026-06-01T00:00:00Z');
const certificate: ServerCertificate = {
  subject: 'CN=ftps.acme.example',
  issuer: 'CN=Acme CA',
  names: ['ftps.acme.example'],
  validFrom: new Date('2026-01-01T00:00:00Z'),
  expiresAt: new Date('2027-01-01T00:00:00Z'),
  fingerprint: 'ab'.repeat(32),
  isSelfSigned: false,
  key: 'RSA, 2048 bits',
  signature: 'sha256WithRSAEncryption',
};
const authority = { ...certificate, subject: 'CN=Acme CA', isSelfSigned: true };

function explain(code: string, changes: Partial<TlsFailure> = {}) {
  const trust = { name: 'host.example', hasCa: true, minVersion: 'TLSv1.2', hasClientCertificate: false };
  return explainTlsFailure({ code, chain: [certificate], hasAnswered: true, trust, now, ...changes });
}

describe('a failed handshake', () => {
  it.each<[string, Partial<TlsFailure>, string, RegExp]>([
    [
      'ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED',
      {},
      'client-certificate-refused',
      /wants a client certificate, and the secret has none/,
    ],
    [
      'ERR_SSL_SSL/TLS_ALERT_HANDSHAKE_FAILURE',
      {},
      'client-certificate-refused',
      /wants a client certificate/,
    ],
    [
      'ERR_SSL_SSL/TLS_ALERT_HANDSHAKE_FAILURE',
      { hasAnswered: false },
      'tls-refused',
      /no cipher or key exchange in common/,
    ],
    ['ERR_SSL_TLSV1_ALERT_INSUFFICIENT_SECURITY', { hasAnswered: false }, 'tls-refused', /no cipher/],
    [
      'ERR_SSL_TLSV1_ALERT_PROTOCOL_VERSION',
      { hasAnswered: false },
      'tls-refused',
      /no TLS version from TLSv1\.2 on/,
    ],
    ['ERR_SSL_UNSUPPORTED_PROTOCOL', {}, 'tls-refused', /no TLS version/],
    ['ERR_SSL_TLSV1_UNRECOGNIZED_NAME', {}, 'tls-refused', /does not know the name host\.example/],
    ['ERR_SSL_WRONG_SIGNATURE_TYPE', {}, 'tls-refused', /no longer secure/],
    ['UNABLE_TO_VERIFY_LEAF_SIGNATURE', {}, 'certificate-refused', /issued by CN=Acme CA.*/],
    ['DEPTH_ZERO_SELF_SIGNED_CERT', {}, 'certificate-refused', /is self-signed/],
    [
      'UNSPECIFIED',
      { chain: [{ ...certificate, key: 'DSA, 1024 bits' }] },
      'certificate-refused',
      /too short \(DSA, 1024 bits\)/,
    ],
    [
      'UNSPECIFIED',
      { chain: [certificate, { ...authority, key: 'RSA, 1024 bits' }] },
      'certificate-refused',
      /authority CN=Acme CA is too short/,
    ],
    [
      'CERT_HAS_EXPIRED',
      { chain: [certificate, { ...authority, expiresAt: new Date(0) }] },
      'certificate-refused',
      /authority CN=Acme CA has expired/,
    ],
  ])('%s (%j) is %s', (code, changes, kind, says) => {
    expect(explain(code, changes)).toMatchObject({ kind, answer: expect.stringMatching(says) });
  });

  it('names the alert where the server refuses the client certificate of the secret', () => {
    const trust = { name: 'host.example', hasCa: true, minVersion: 'TLSv1.2', hasClientCertificate: true };

    const refusal = explain('ERR_SSL_TLSV1_ALERT_UNKNOWN_CA', { trust });

    expect(refusal?.answer).toBe(
      'the server refuses the client certificate in the secret (alert unknown ca)',
    );
    expect(refusal?.remedy).toContain('Ask the partner which client certificate it trusts');
  });

  it.each(['ECONNRESET', 'ERR_SSL_BAD_RECORD_TYPE', 'UNSPECIFIED', 'CERT_REVOKED'])(
    '%s has no text of its own',
    (code) => {
      expect(explain(code)).toBeUndefined();
    },
  );
});

it.each([
  ['ERR_SSL_SSL/TLS_ALERT_BAD_CERTIFICATE', 'alert bad certificate'],
  ['ERR_SSL_TLSV1_ALERT_UNKNOWN_CA', 'alert unknown ca'],
  ['ERR_SSL_DH_KEY_TOO_SMALL', 'dh key too small'],
])('%s is shown as %j', (code, text) => {
  expect(tlsReason(code)).toBe(text);
});

describe('what changed of a certificate', () => {
  const other = { fingerprint: 'cd'.repeat(32) };

  it.each<[string, Partial<ServerCertificate>, string | undefined]>([
    ['nothing', {}, undefined],
    ['only the fingerprint', other, 'only its fingerprint'],
    ['the issuer', { ...other, issuer: 'CN=Other' }, 'issuer was CN=Acme CA, is CN=Other'],
    ['the names', { ...other, names: [] }, 'names was ftps.acme.example, is none'],
    ['the key', { ...other, key: 'RSA, 1024 bits' }, 'key was RSA, 2048 bits, is RSA, 1024 bits'],
    ['the expiry', { ...other, expiresAt: new Date(0) }, 'expiry was 2027-01-01, is 1970-01-01'],
  ])('%s', (_what, changes, expected) => {
    const said = describeCertificateChange(certificate, { ...certificate, ...changes });

    if (expected === undefined) expect(said).toBeUndefined();
    else expect(said).toContain(`What changed: ${expected}`);
  });
});
