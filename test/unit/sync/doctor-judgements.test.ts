import { expect, test } from 'vitest';
import { judgeCertificate, type TlsFacts } from '../../../lambdas/sync/doctor-certificate.ts';
import { judgeFault } from '../../../lambdas/sync/doctor-fault.ts';
import { type DoctorStep, type Level, verdictOf } from '../../../lambdas/sync/doctor-finding.ts';
import { judgeZone } from '../../../lambdas/sync/doctor-listing.ts';
import { judgePassive, judgeSessionReuse, type PassiveWay } from '../../../lambdas/sync/doctor-transfers.ts';
import type { ExaminedPartner } from '../../../lambdas/sync/examined-partner.ts';
import { changesBetween, isNews, type KnownServer, knownAfter } from '../../../lambdas/sync/known-server.ts';
import { parseRemotePath } from '../../../lambdas/sync/remote-path.ts';
import { daysLeft, type ServerCertificate } from '../../../lambdas/sync/server-certificate.ts';

const now = new Date('2026-11-20T12:00:00Z');
const partner: ExaminedPartner = {
  partner: 'acme',
  connection: {
    host: 'ftps.acme.example',
    port: 21,
    security: 'explicit',
    secret: 'ftps-sync/acme',
    tls: { minVersion: 'TLSv1.2', fingerprints: [] },
    maxConnections: 4,
    timeZone: 'auto',
    encoding: 'auto',
  },
  flows: [
    {
      name: 'invoices',
      direction: 'pull',
      remote: parseRemotePath('/outgoing'),
      settled: { minAge: '2m' },
      after: 'keep',
    },
  ],
};

function reachedAt(port: number, connection: Partial<ExaminedPartner['connection']> = {}): ExaminedPartner {
  return { ...partner, connection: { ...partner.connection, port, ...connection } };
}

test.each<[string, [DoctorStep, Level][], string]>([
  [
    'nothing is wrong',
    [
      ['tls', 'ok'],
      ['rest', 'note'],
    ],
    'well',
  ],
  [
    'a problem lies behind the login',
    [
      ['login', 'ok'],
      ['listing', 'problem'],
    ],
    'problems',
  ],
  [
    'a problem lies on the way in',
    [
      ['certificate', 'problem'],
      ['listing', 'problem'],
    ],
    'unreachable',
  ],
])('The verdict where %s', (_, findings, verdict) => {
  expect(verdictOf(findings.map(([step, level]) => ({ step, level })))).toBe(verdict);
});

const refused: PassiveWay = { reply: '500 What?', host: undefined, address: undefined, reach: undefined };
const open: PassiveWay = { reply: '229', host: 'same', address: '192.0.2.1:5000', reach: 'open' };
const silent: PassiveWay = { ...open, reach: 'silent' };

test.each([
  ['both are open', { epsv: open, pasv: open }, 'ok', undefined],
  ['EPSV is unknown', { epsv: refused, pasv: open }, 'ok', undefined],
  ['EPSV comes to a firewall', { epsv: silent, pasv: open }, 'note', 'let EPSV through'],
  ['both come to a firewall', { epsv: silent, pasv: silent }, 'problem', 'passive ports'],
  ['neither is known', { epsv: refused, pasv: refused }, 'problem', 'offers no passive mode'],
] as const)('Where of the passive ways %s', (_, facts, level, advice) => {
  const judgement = judgePassive(facts, partner);

  expect(judgement.level).toBe(level);
  if (advice === undefined) expect(judgement.advice).toBeUndefined();
  else expect(judgement.advice).toContain(advice);
});

test.each([
  ['is required and works', { resumed: true, withOwnSession: { refused: '522' } }, 'ok'],
  ['is not required and works', { resumed: true, withOwnSession: 'accepted' }, 'ok'],
  ['is not required and does not work', { resumed: false, withOwnSession: 'accepted' }, 'note'],
  ['is required and does not work', { resumed: false, withOwnSession: { refused: '522' } }, 'problem'],
] as const)('Where session reuse %s', (_, facts, level) => {
  expect(judgeSessionReuse(facts).level).toBe(level);
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
  const trusted = { untrusted: undefined, isAuthorityKnown: true, nameFault: undefined };
  return { version: 'TLSv1.3', cipher: 'AES', chain: [certificate], ...trusted, ...changes };
}

test.each([
  ['all is well', {}, 'ok', 'valid until 2027-01-01 (41 days)'],
  [
    'it ends within three weeks',
    { chain: [{ ...certificate, expiresAt: new Date('2026-12-11T11:00:00Z') }] },
    'note',
    '20 days',
  ],
  [
    'it has not begun',
    {
      chain: [{ ...certificate, validFrom: new Date('2026-12-01T00:00:00Z') }],
      untrusted: 'CERT_NOT_YET_VALID',
    },
    'problem',
    'valid only from 2026-12-01',
  ],
  [
    'an authority between has ended',
    {
      chain: [
        certificate,
        { ...certificate, subject: 'CN=Between', expiresAt: new Date('2026-11-01T00:00:00Z') },
      ],
      untrusted: 'CERT_HAS_EXPIRED',
    },
    'problem',
    'CN=Between is out of date',
  ],
  [
    'it is self-signed',
    {
      chain: [{ ...certificate, isSelfSigned: true }],
      untrusted: 'DEPTH_ZERO_SELF_SIGNED_CERT',
      isAuthorityKnown: false,
    },
    'problem',
    'self-signed',
  ],
  ['there is none', { chain: [] }, 'problem', 'no certificate'],
])('A certificate, where %s', (_, changes, level, found) => {
  const judgements = judgeCertificate(tlsWith(changes), partner, now);

  expect(judgements.map((judgement) => judgement.level)).toEqual([level]);
  expect(judgements[0]?.found).toContain(found);
});

test('A wildcard is no name to ask for', () => {
  const chain = [{ ...certificate, names: ['*.acme.example'] }];

  const [judgement] = judgeCertificate(tlsWith({ chain, nameFault: 'another name' }), partner, now);

  expect(judgement?.settings).toEqual([]);
});

test.each([
  [21, 'implicit', { path: ['connection', 'security'], value: 'explicit' }],
  [990, 'explicit', { path: ['connection', 'security'], value: 'implicit' }],
] as const)(
  'On port %i, which usually is not %s, the other way is worth a try',
  (port, security, setting) => {
    const { settings } = judgeFault({ fault: 'not-ftps', answer: '502' }, reachedAt(port, { security }));

    expect(settings).toMatchObject([setting]);
  },
);

test('A zone that was set is not asked for again', () => {
  const facts = { style: 'LIST', measured: { kind: 'unknown' }, files: 3 } as const;

  expect(judgeZone(facts, reachedAt(21, { timeZone: 'Europe/Rome' })).level).toBe('ok');
});

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
  ['something is seen for the first time', { traits: { rest: 'proved' } }, []],
  ['it is another server', { server: 'elsewhere:21', traits: { features: 'none' } }, []],
])('What has changed where %s', (_, changes, expected) => {
  expect(changesBetween(known, { ...known, ...changes }).map(({ what }) => what)).toEqual(expected);
});

test('What was not asked this time stays as it was', () => {
  const seen = { ...known, traits: { features: 'none' }, expiresAt: undefined };

  expect(knownAfter(known, seen)).toMatchObject({
    traits: { features: 'none', listing: 'MLSD' },
    expiresAt: certificate.expiresAt,
  });
});

test.each([
  ['the same an hour later', 3_600_000, known.traits, false],
  ['the same a day later', 24 * 3_600_000, known.traits, true],
  ['something else', 0, { listing: 'LIST' }, true],
])('Whether %s is written down', (_, laterMs, traits, expected) => {
  const seenAt = new Date(now.getTime() + laterMs);

  expect(isNews(known, { ...known, seenAt, traits })).toBe(expected);
});

test.each([
  ['2026-11-21T11:59:59Z', 0],
  ['2026-11-21T12:00:00Z', 1],
  ['2026-11-20T11:59:59Z', -1],
])('A certificate that ends at %s has %i days left', (end, days) => {
  expect(daysLeft({ expiresAt: new Date(end) }, now)).toBe(days);
});
