import { expect, test } from 'vitest';
import {
  findChanges,
  isWorthRecording,
  type KnownServer,
  mergeKnownServer,
} from '../../../../lambdas/core/connection/known-server.ts';
import { daysLeft, type ServerCertificate } from '../../../../lambdas/core/connection/server-certificate.ts';
import { evaluateCertificate, type TlsFacts } from '../../../../lambdas/core/doctor/certificate.ts';
import { evaluateError } from '../../../../lambdas/core/doctor/error.ts';
import type { ExaminedPartner } from '../../../../lambdas/core/doctor/examined-partner.ts';
import { type DoctorStep, type Level, toVerdict } from '../../../../lambdas/core/doctor/finding.ts';
import { evaluateListing } from '../../../../lambdas/core/doctor/listing.ts';
import type { ListingFacts } from '../../../../lambdas/core/doctor/listing-facts.ts';
import { evaluatePassive, type PassiveMode } from '../../../../lambdas/core/doctor/transfers.ts';
import { now } from '../fixtures.ts';
import { examinedPartner } from './examined-partner.ts';

const partner = examinedPartner();

function reachedAt(port: number, connection: Partial<ExaminedPartner['connection']> = {}): ExaminedPartner {
  return examinedPartner({ port, ...connection });
}

const plainListing: ListingFacts = {
  style: 'LIST',
  offersMlsd: false,
  files: 1,
  subdirectories: 0,
  links: 0,
  errors: [{ kind: 'line-not-understood', line: 'what is this' }],
  isEndProven: true,
};

test.each<[string, Partial<ListingFacts>, boolean]>([
  ['a server without MLSD', {}, true],
  ['a server that offers MLSD, and lists with LIST', { offersMlsd: true }, false],
  ['a server that lists with MLSD', { style: 'MLSD', offersMlsd: true }, false],
])('A line that is not read: %s', (_, facts, asksForMlsd) => {
  const [flow] = partner.flows;
  const advice = flow && evaluateListing({ ...plainListing, ...facts }, flow).advice;

  expect(advice).toContain('Show the partner this line');
  expect(advice?.includes('A server with MLSD')).toBe(asksForMlsd);
});

test('A directory that may not be read is not an unsupported format', () => {
  const [flow] = partner.flows;
  const denied = { kind: 'denied', replyCode: 550, detail: 'no' } as const;

  expect(flow && evaluateListing({ ...plainListing, errors: [denied] }, flow).advice).toContain('access');
});

test.each<[string, [DoctorStep, Level][], string]>([
  [
    'there are only warnings',
    [
      ['tls', 'ok'],
      ['rest', 'warning'],
    ],
    'healthy',
  ],
  [
    'an error comes after the login',
    [
      ['login', 'ok'],
      ['listing', 'error'],
    ],
    'errors',
  ],
  [
    'an error comes before the login',
    [
      ['certificate', 'error'],
      ['listing', 'error'],
    ],
    'unreachable',
  ],
])('The verdict where %s', (_, findings, verdict) => {
  expect(toVerdict(findings.map(([step, level]) => ({ step, level })))).toBe(verdict);
});

const refused: PassiveMode = { reply: '500 What?', host: undefined, address: undefined, reach: undefined };
const open: PassiveMode = { reply: '229', host: 'same', address: '192.0.2.1:5000', reach: 'open' };
const silent: PassiveMode = { ...open, reach: 'silent' };

test.each([
  ['both are open', { epsv: open, pasv: open }, 'ok', undefined],
  ['EPSV is not supported', { epsv: refused, pasv: open }, 'ok', undefined],
  ['a firewall blocks EPSV', { epsv: silent, pasv: open }, 'warning', 'port of EPSV cannot be reached'],
  ['a firewall blocks both', { epsv: silent, pasv: silent }, 'error', 'passive ports'],
  ['neither is supported', { epsv: refused, pasv: refused }, 'error', 'offers no passive mode'],
] as const)('Passive mode, where %s', (_, facts, level, advice) => {
  const found = evaluatePassive(facts, partner);

  expect(found.level).toBe(level);
  if (advice === undefined) expect(found.advice).toBeUndefined();
  else expect(found.advice).toContain(advice);
});

const certificate: ServerCertificate = {
  subject: 'CN=ftps.acme.example',
  issuer: 'CN=An authority',
  names: ['ftps.acme.example'],
  validFrom: new Date('2026-01-01T00:00:00Z'),
  expiresAt: new Date('2027-01-01T00:00:00Z'),
  fingerprint: 'ab'.repeat(32),
  isSelfSigned: false,
};

function tlsWith(changes: Partial<TlsFacts>): TlsFacts {
  const trusted = { untrusted: undefined, isAuthorityKnown: true, nameError: undefined };
  return { version: 'TLSv1.3', cipher: 'AES', chain: [certificate], ...trusted, ...changes };
}

test.each([
  ['nothing is wrong', {}, 'ok', 'valid until 2027-01-01 (41 days)'],
  [
    'it expires within three weeks',
    { chain: [{ ...certificate, expiresAt: new Date('2026-12-11T11:00:00Z') }] },
    'warning',
    '20 days',
  ],
  [
    'it is not valid yet',
    {
      chain: [{ ...certificate, validFrom: new Date('2026-12-01T00:00:00Z') }],
      untrusted: 'CERT_NOT_YET_VALID',
    },
    'error',
    'is not valid before 2026-12-01',
  ],
  [
    'an intermediate certificate has expired',
    {
      chain: [
        certificate,
        { ...certificate, subject: 'CN=Between', expiresAt: new Date('2026-11-01T00:00:00Z') },
      ],
      untrusted: 'CERT_HAS_EXPIRED',
    },
    'error',
    'CN=Between has expired',
  ],
  [
    'it is self-signed',
    {
      chain: [{ ...certificate, isSelfSigned: true }],
      untrusted: 'DEPTH_ZERO_SELF_SIGNED_CERT',
      isAuthorityKnown: false,
    },
    'error',
    'self-signed',
  ],
  ['there is none', { chain: [] }, 'error', 'no certificate'],
])('A certificate, where %s', (_, changes, level, found) => {
  const findings = evaluateCertificate(tlsWith(changes), partner, now);

  expect(findings.map((each) => each.level)).toEqual([level]);
  expect(findings[0]?.found).toContain(found);
});

test('Suggests no setting for a wildcard name', () => {
  const chain = [{ ...certificate, names: ['*.acme.example'] }];

  const [first] = evaluateCertificate(tlsWith({ chain, nameError: 'another name' }), partner, now);

  expect(first?.settings).toEqual([]);
});

test.each([
  [21, 'implicit', { path: ['connection', 'security'], value: 'explicit' }],
  [990, 'explicit', { path: ['connection', 'security'], value: 'implicit' }],
] as const)(
  'On port %i, which is not the standard port for %s, suggests the other security mode',
  (port, security, setting) => {
    const { settings } = evaluateError({ error: 'not-ftps', answer: '502' }, reachedAt(port, { security }));

    expect(settings).toMatchObject([setting]);
  },
);

const known: KnownServer = {
  server: 'ftps.acme.example:21',
  seenAt: now,
  traits: { features: 'SIZE', connections: '4 of 4', listing: 'MLSD' },
  expiresAt: certificate.expiresAt,
};

test.each<[string, Partial<KnownServer>, readonly string[]]>([
  ['nothing differs', {}, []],
  ['a feature is lost', { traits: { features: 'none' } }, ['features']],
  ['fewer connections were granted', { traits: { connections: '2 of 4' } }, []],
  ['something is learned for the first time', { traits: { rest: 'proved' } }, []],
  ['it is another server', { server: 'elsewhere:21', traits: { features: 'none' } }, []],
])('The changes where %s', (_, changes, expected) => {
  expect(findChanges(known, { ...known, ...changes }).map(({ what }) => what)).toEqual(expected);
});

test('Keeps what was not checked this time', () => {
  const observed = { ...known, traits: { features: 'none' }, expiresAt: undefined };

  expect(mergeKnownServer(known, observed)).toMatchObject({
    traits: { features: 'none', listing: 'MLSD' },
    expiresAt: certificate.expiresAt,
  });
});

test.each([
  ['the same an hour later', 3_600_000, known.traits, false],
  ['the same a day later', 24 * 3_600_000, known.traits, true],
  ['something else', 0, { listing: 'LIST' }, true],
])('Whether %s is recorded', (_, laterMs, traits, expected) => {
  const seenAt = new Date(now.getTime() + laterMs);

  expect(isWorthRecording(known, { ...known, seenAt, traits })).toBe(expected);
});

test.each([
  ['2026-11-21T11:59:59Z', 0],
  ['2026-11-21T12:00:00Z', 1],
  ['2026-11-20T11:59:59Z', -1],
])('A certificate that expires at %s has %i days left', (end, days) => {
  expect(daysLeft({ expiresAt: new Date(end) }, now)).toBe(days);
});
