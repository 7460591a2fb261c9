import { type Judgement, judged, type Setting } from './doctor-finding.ts';
import type { ExaminedPartner } from './examined-partner.ts';
import { daysLeft, expiryWarningDays, type ServerCertificate } from './server-certificate.ts';

/** What a server's TLS came to, read without trusting it. */
export interface TlsFacts {
  readonly version: string;
  readonly cipher: string;
  /** Its own first, as far as the server sent them and what we trust adds. */
  readonly chain: readonly ServerCertificate[];
  /** OpenSSL's word for why the chain is not trusted, by `tls.ca` or the public authorities; undefined: it is. */
  readonly untrusted: string | undefined;
  /** Whether it was issued by whom we trust, whatever the dates say: OpenSSL has one word for all that is wrong. */
  readonly isAuthorityKnown: boolean;
  /** Why the certificate is not for the name that is asked for; undefined: it is. */
  readonly nameFault: string | undefined;
}

export function judgeTls({ version, cipher }: Pick<TlsFacts, 'version' | 'cipher'>): Judgement {
  return judged('ok', {
    found: `${version}, ${cipher}`,
    means: 'Both connections are encrypted with it; nothing is ever sent in the clear.',
  });
}

/** Everything that is wrong with the certificate, each with its setting, or one word that nothing is. */
export function judgeCertificate(facts: TlsFacts, partner: ExaminedPartner, now: Date): readonly Judgement[] {
  const [certificate] = facts.chain;
  if (certificate === undefined) {
    return [
      judged('problem', {
        found: 'the server showed no certificate',
        means: nobody,
        advice: 'Ask the partner.',
      }),
    ];
  }
  const faults = [
    datesFault(certificate, now),
    trustFault(facts, certificate, partner, now),
    nameFault(facts, certificate, partner),
    pinFault(certificate, partner),
  ].filter((fault) => fault !== undefined);
  return faults.length > 0 ? faults : [goodCertificate(certificate, partner, now)];
}

const nobody =
  'No flow of this partner connects: the certificate is always verified, and no setting accepts any.';

function goodCertificate(certificate: ServerCertificate, partner: ExaminedPartner, now: Date): Judgement {
  const { fingerprints } = partner.connection.tls;
  const left = daysLeft(certificate, now);
  const found = `${shown(certificate)}, valid until ${day(certificate.expiresAt)} (${left} days), SHA-256 ${certificate.fingerprint}`;
  const pin =
    fingerprints.length === 0
      ? 'It may be pinned with connection.tls.fingerprints.'
      : 'It is pinned: add the next one to connection.tls.fingerprints before the partner changes it.';
  const means = 'It is trusted, is for this name, and is what the flows will be shown.';
  if (left > expiryWarningDays) return judged('ok', { found, means: `${means} ${pin}` });
  return judged('note', {
    found,
    means: `From ${day(certificate.expiresAt)} on no flow of this partner connects, unless it is renewed.`,
    advice: `Ask the partner when it is renewed. ${pin}`,
  });
}

function datesFault(certificate: ServerCertificate, now: Date): Judgement | undefined {
  const { validFrom, expiresAt } = certificate;
  if (expiresAt <= now) {
    return judged('problem', {
      found: `${shown(certificate)} expired on ${day(expiresAt)}`,
      means: nobody,
      advice: 'The partner has to renew it; there is no setting for this.',
    });
  }
  if (validFrom <= now) return undefined;
  return judged('problem', {
    found: `${shown(certificate)} is valid only from ${validFrom.toISOString()} on`,
    means: nobody,
    advice: 'The partner has to show the present one until then.',
  });
}

const expired = 'CERT_HAS_EXPIRED';
const notYetValid = 'CERT_NOT_YET_VALID';

function trustFault(
  { untrusted, chain, isAuthorityKnown }: TlsFacts,
  certificate: ServerCertificate,
  { partner, connection }: ExaminedPartner,
  now: Date,
): Judgement | undefined {
  if (untrusted === undefined) return undefined;
  const isOfDates = untrusted === expired || untrusted === notYetValid;
  if (isOfDates && isAuthorityKnown) return authorityDatesFault(certificate, chain, now);
  const ca: Setting = {
    path: ['connection', 'tls', 'ca'],
    value: `${partner}-ca.pem`,
    why: 'PEM of the authority, or of the certificate itself where it is self-signed, got from the partner and not from the server',
  };
  const trusts = connection.tls.ca === undefined ? 'the public authorities' : 'connection.tls.ca';
  const who = certificate.isSelfSigned
    ? 'it is self-signed'
    : `${trusts} do not know who issued it, ${certificate.issuer}`;
  const missing =
    !certificate.isSelfSigned && chain.length === 1
      ? ' The server sent no certificate of an authority between: the partner may have to add it to its chain.'
      : '';
  return judged('problem', {
    found: `${shown(certificate)}: ${who} (${untrusted}); SHA-256 ${certificate.fingerprint}`,
    means: nobody,
    advice: `Compare the fingerprint with the partner by another way, get the authority's certificate as a PEM file, and name it in connection.tls.ca.${missing}`,
    settings: [ca],
  });
}

/** Where it is the certificate's own date, that was told already. */
function authorityDatesFault(
  certificate: ServerCertificate,
  chain: readonly ServerCertificate[],
  now: Date,
): Judgement | undefined {
  if (certificate.expiresAt <= now || certificate.validFrom > now) return undefined;
  const authority = chain.find(({ expiresAt }) => expiresAt <= now);
  return judged('problem', {
    found: `the authority ${authority?.subject ?? certificate.issuer} is out of date`,
    means: nobody,
    advice:
      'The partner has to send the new one in its chain; where it is in connection.tls.ca, put the new one there.',
  });
}

function nameFault(
  { nameFault: fault }: TlsFacts,
  certificate: ServerCertificate,
  { connection }: ExaminedPartner,
): Judgement | undefined {
  if (fault === undefined) return undefined;
  const names = certificate.names.filter((name) => !name.includes('*'));
  const asked = connection.tls.serverName ?? connection.host;
  const settings = names.slice(0, 1).map(
    (value): Setting => ({
      path: ['connection', 'tls', 'serverName'],
      value,
      why: 'only if the partner says that its server has this name',
    }),
  );
  return judged('problem', {
    found: `the certificate is for ${certificate.names.join(', ') || certificate.subject}, not for ${asked}`,
    means: nobody,
    advice:
      'Name the host as the certificate does, or put the right one of its names into connection.tls.serverName.',
    settings,
  });
}

function pinFault(certificate: ServerCertificate, { connection }: ExaminedPartner): Judgement | undefined {
  const { fingerprints } = connection.tls;
  if (fingerprints.length === 0 || fingerprints.includes(certificate.fingerprint)) return undefined;
  return judged('problem', {
    found: `the certificate's fingerprint is ${certificate.fingerprint}, which connection.tls.fingerprints does not have`,
    means: nobody,
    advice: 'Ask the partner whether it has changed its certificate. If so, add the new one.',
    settings: [
      {
        path: ['connection', 'tls', 'fingerprints'],
        value: [...fingerprints, certificate.fingerprint].slice(-4),
        why: 'only if the partner confirms the new certificate',
      },
    ],
  });
}

function shown({ subject, names }: ServerCertificate): string {
  const [first = subject, ...more] = names;
  return more.length === 0 ? first : `${first} and ${more.length} more`;
}

function day(date: Date): string {
  return date.toISOString().slice(0, 10);
}
