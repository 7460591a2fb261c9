import { daysLeft, expiryWarningDays, type ServerCertificate } from '../connection/server-certificate.ts';
import { weakCertificate } from '../connection/tls-refusal.ts';
import type { ExaminedPartner } from './examined-partner.ts';
import { type Finding, finding, type Setting } from './finding.ts';

/** What the TLS handshake with a server showed, read without trusting its certificate. */
export interface TlsFacts {
  readonly version: string;
  readonly cipher: string;
  /** How explicit TLS was asked for. */
  readonly command?: 'AUTH TLS' | 'AUTH SSL' | undefined;
  /** The server's certificate first, then those that it sent with it or that we trust. */
  readonly chain: readonly ServerCertificate[];
  /**
   * OpenSSL's code for why the chain is not trusted by `tls.ca` or the public authorities; undefined where it
   * is trusted.
   */
  readonly untrusted: string | undefined;
  /**
   * Whether an authority that we trust issued it, no matter its dates: OpenSSL reports only one of several
   * errors.
   */
  readonly isAuthorityKnown: boolean;
  /** Why the certificate is not valid for the host name; undefined where it is. */
  readonly nameError: string | undefined;
}

export function evaluateTls(facts: Pick<TlsFacts, 'version' | 'cipher' | 'command'>): Finding {
  const { version, cipher, command } = facts;
  const how = command === 'AUTH SSL' ? ', after AUTH SSL: the server refuses the newer AUTH TLS' : '';
  return finding('ok', {
    found: `${version}, ${cipher}${how}`,
    means: 'It encrypts control and data connections; nothing is sent in the clear.',
  });
}

/** All errors of the certificate, each with its setting; one `ok` or `warning` where it has none. */
export function evaluateCertificate(
  facts: TlsFacts,
  partner: ExaminedPartner,
  now: Date,
): readonly Finding[] {
  const [certificate] = facts.chain;
  if (certificate === undefined) {
    return [
      finding('error', {
        found: 'the server sent no certificate',
        means: cannotConnect,
        advice: 'Ask the partner.',
      }),
    ];
  }
  const errors = [
    datesError(certificate, now),
    trustError(facts, certificate, partner, now),
    nameError(facts, certificate, partner),
    pinError(certificate, partner),
  ].filter((error) => error !== undefined);
  return errors.length > 0 ? errors : [validCertificate(certificate, partner, now)];
}

const cannotConnect =
  'No flow of this partner can connect: the certificate is always verified, and no setting turns that off.';

function validCertificate(certificate: ServerCertificate, partner: ExaminedPartner, now: Date): Finding {
  const { fingerprints } = partner.connection.tls;
  const left = daysLeft(certificate, now);
  const found = `${namesText(certificate)}, valid until ${dateText(certificate.expiresAt)} (${left} days), SHA-256 ${certificate.fingerprint}`;
  const pin =
    fingerprints.length === 0
      ? 'You can pin it with connection.tls.fingerprints.'
      : 'It is pinned: add the next one to connection.tls.fingerprints before the partner changes it.';
  if (left > expiryWarningDays) {
    return finding('ok', { found, means: `It is trusted and valid for this host. ${pin}` });
  }
  return finding('warning', {
    found,
    means: `No flow of this partner can connect after ${dateText(certificate.expiresAt)} unless the partner renews it.`,
    advice: `Ask the partner when it will be renewed. ${pin}`,
  });
}

function datesError(certificate: ServerCertificate, now: Date): Finding | undefined {
  const { validFrom, expiresAt } = certificate;
  if (expiresAt <= now) {
    return finding('error', {
      found: `${namesText(certificate)} expired on ${dateText(expiresAt)}`,
      means: cannotConnect,
      advice: 'The partner must renew it; no setting helps.',
    });
  }
  if (validFrom <= now) return undefined;
  return finding('error', {
    found: `${namesText(certificate)} is not valid before ${validFrom.toISOString()}`,
    means: cannotConnect,
    advice: 'The partner must use a certificate that is valid now; no setting helps.',
  });
}

/** Node's names of OpenSSL's X509_V_ERR_CERT_HAS_EXPIRED and X509_V_ERR_CERT_NOT_YET_VALID. */
const dateErrors: ReadonlySet<string> = new Set(['CERT_HAS_EXPIRED', 'CERT_NOT_YET_VALID']);

function trustError(
  { untrusted, chain, isAuthorityKnown }: TlsFacts,
  certificate: ServerCertificate,
  { partner, connection }: ExaminedPartner,
  now: Date,
): Finding | undefined {
  if (untrusted === undefined) return undefined;
  if (dateErrors.has(untrusted) && isAuthorityKnown) return authorityDatesError(certificate, chain, now);
  const weak = isAuthorityKnown ? weakCertificate(chain) : undefined;
  if (weak !== undefined) {
    return finding('error', { found: weak.answer, means: cannotConnect, advice: weak.remedy });
  }
  const ca: Setting = {
    path: ['connection', 'tls', 'ca'],
    value: `${partner}-ca.pem`,
    why: 'PEM file of the authority, or of a self-signed certificate itself, obtained from the partner and not from the server',
  };
  const trusted = connection.tls.ca === undefined ? 'the public authorities' : 'connection.tls.ca';
  const why = certificate.isSelfSigned
    ? 'it is self-signed'
    : `its issuer ${certificate.issuer} is not trusted by ${trusted}`;
  const missing =
    !certificate.isSelfSigned && chain.length === 1
      ? ' The server sent no intermediate certificate: the partner may have to add it to its chain.'
      : '';
  return finding('error', {
    found: `${namesText(certificate)}: ${why} (${untrusted}); SHA-256 ${certificate.fingerprint}`,
    means: cannotConnect,
    advice: `Compare the fingerprint with the partner over another channel, get the authority's certificate as a PEM file, and set connection.tls.ca to it.${missing}`,
    settings: [ca],
  });
}

/** Where the certificate itself is out of date, {@link datesError} reports it. */
function authorityDatesError(
  certificate: ServerCertificate,
  chain: readonly ServerCertificate[],
  now: Date,
): Finding | undefined {
  if (certificate.expiresAt <= now || certificate.validFrom > now) return undefined;
  const authority = chain.find(({ expiresAt }) => expiresAt <= now);
  return finding('error', {
    found: `the certificate of the authority ${authority?.subject ?? certificate.issuer} has expired or is not valid yet`,
    means: cannotConnect,
    advice:
      'The partner must send the new one in its chain. If connection.tls.ca has the old one, replace it.',
  });
}

function nameError(
  { nameError: error }: TlsFacts,
  certificate: ServerCertificate,
  { connection }: ExaminedPartner,
): Finding | undefined {
  if (error === undefined) return undefined;
  const names = certificate.names.filter((name) => !name.includes('*'));
  const expected = connection.tls.serverName ?? connection.host;
  const settings = names.slice(0, 1).map(
    (value): Setting => ({
      path: ['connection', 'tls', 'serverName'],
      value,
      why: 'only if the partner confirms that its server has this name',
    }),
  );
  return finding('error', {
    found: `the certificate is for ${certificate.names.join(', ') || certificate.subject}, not for ${expected}`,
    means: cannotConnect,
    advice:
      'Set connection.host to a name of the certificate, or connection.tls.serverName to the right one.',
    settings,
  });
}

function pinError(certificate: ServerCertificate, { connection }: ExaminedPartner): Finding | undefined {
  const { fingerprints } = connection.tls;
  if (fingerprints.length === 0 || fingerprints.includes(certificate.fingerprint)) return undefined;
  return finding('error', {
    found: `the certificate's fingerprint ${certificate.fingerprint} is not in connection.tls.fingerprints`,
    means: cannotConnect,
    advice: 'Ask the partner whether it has changed its certificate. If so, add the fingerprint.',
    settings: [
      {
        path: ['connection', 'tls', 'fingerprints'],
        value: [...fingerprints, certificate.fingerprint].slice(-4),
        why: 'only if the partner confirms the new certificate',
      },
    ],
  });
}

function namesText({ subject, names }: ServerCertificate): string {
  const [first = subject, ...more] = names;
  return more.length === 0 ? first : `${first} and ${more.length} more`;
}

function dateText(date: Date): string {
  return date.toISOString().slice(0, 10);
}
