import { expect, test } from 'vitest';
import { type ObservedServer, observeServer } from '../../../lambdas/connections/observe-server.ts';
import { type PartnerFile, partnerFileSchema } from '../../../lambdas/contract/partner-file/partner-file.ts';
import {
  dropCapabilities,
  provenCapabilities,
  readKnownServer,
  recordCapabilities,
} from '../../../lambdas/ledger/connection/server-capabilities.ts';
import { createAuthority } from '../../../testing/certificates.ts';
import { partnerAt } from '../../support/partner/test-partner.ts';
import { useTable } from '../ledger/test-table.ts';
import { findStep, runDoctor, startPartner } from './doctor-fixture.ts';

const ledger = useTable();
const dayMs = 24 * 60 * 60_000;

test('Remembers the server, and up to which offset REST was verified', async () => {
  const partner = await startPartner();

  const { diagnosis } = await runDoctor(ledger.table, partner);

  const known = await readKnownServer(ledger.table, diagnosis.partner);
  const proved = await provenCapabilities(ledger.table, diagnosis.partner);
  expect(known?.traits).toMatchObject({ listing: 'MLSD', rest: 'proved', tls: 'TLSv1.3' });
  expect(known?.traits.certificate).toBe(diagnosis.certificates[0]?.fingerprint);
  expect(proved).toMatchObject({ restUpTo: 200_000 });
});

test('Finds no change on a second run, and publishes nothing', async () => {
  const partner = await startPartner();
  await runDoctor(ledger.table, partner);

  const { diagnosis, changed } = await runDoctor(ledger.table, partner);

  expect(diagnosis.changes).toEqual([]);
  expect(changed).toEqual([]);
});

test('Does not lower the offset up to which REST was verified', async () => {
  const partner = await startPartner();
  const { diagnosis } = await runDoctor(ledger.table, partner);
  const server = `${diagnosis.host}:${diagnosis.port}`;
  const at = new Date();
  await recordCapabilities(ledger.table, diagnosis.partner, { server, restUpTo: 5_000_000_000, at });

  await runDoctor(ledger.table, partner);

  const proved = await provenCapabilities(ledger.table, diagnosis.partner);
  expect(proved?.restUpTo).toBe(5_000_000_000);
});

test('Dropping the verification of REST keeps everything else that is known', async () => {
  const partner = await startPartner();
  const { diagnosis } = await runDoctor(ledger.table, partner);

  await dropCapabilities(ledger.table, diagnosis.partner);

  expect(await provenCapabilities(ledger.table, diagnosis.partner)).toBeUndefined();
  expect(await readKnownServer(ledger.table, diagnosis.partner)).toMatchObject({
    traits: { rest: 'proved' },
  });
});

test('Publishes that a server has begun to ignore REST, and drops its verification', async () => {
  const partner = await startPartner({ server: { features: { restartAt: (offset) => offset } } });
  await runDoctor(ledger.table, partner);
  partner.server.fault({ on: 'REST', do: { kind: 'reply', code: 350, text: 'Yes, yes.' } });

  const { diagnosis, changed } = await runDoctor(ledger.table, partner);

  expect(changed).toMatchObject([{ changes: [{ what: 'rest', before: 'proved', after: 'lies' }] }]);
  expect(await provenCapabilities(ledger.table, diagnosis.partner)).toBeUndefined();
});

test('Warns about a certificate that expires within three weeks, and publishes it once a day', async () => {
  const authority = await createAuthority('Soon');
  const notAfter = new Date(Date.now() + 10.5 * dayMs);
  const certificate = await authority.issue({ names: ['127.0.0.1'], notAfter });
  const partner = await startPartner({ server: { certificate }, tls: { ca: authority.certificatePem } });

  const first = await runDoctor(ledger.table, partner);
  const second = await runDoctor(ledger.table, partner);
  const tomorrow = await runDoctor(ledger.table, partner, {
    dependencies: { now: () => new Date(Date.now() + dayMs) },
  });

  expect(first.diagnosis.verdict).toBe('healthy');
  expect(findStep(first.diagnosis, 'certificate')).toMatchObject({ level: 'warning' });
  expect(first.expiring).toMatchObject([{ daysLeft: 10, expiresAt: expect.any(String) }]);
  expect(second.expiring).toEqual([]);
  expect(tomorrow.expiring).toMatchObject([{ daysLeft: 9 }]);
});

interface Observation {
  readonly partner: PartnerFile;
  readonly observe: (server: ObservedServer, at?: Date) => ReturnType<typeof observeServer>;
  readonly published: object[];
}

function startObserving(name: string, connection: Readonly<Record<string, unknown>> = {}): Observation {
  const partner = partnerFileSchema.parse(partnerAt(21, name, { connection }).document);
  const published: object[] = [];
  const publish = async (detail: object) => void published.push(detail);
  const partnerEvents = { changed: publish, certificateExpiring: publish };
  const observe = (server: ObservedServer, at = new Date()) =>
    observeServer(partner, server, { table: ledger.table, now: () => at, partnerEvents });
  return { partner, observe, published };
}

test('Publishes a lost feature with all features before and after', async () => {
  const { observe, published } = startObserving('loses');
  await observe({ certificate: undefined, traits: { features: 'MLST REST SIZE' } });

  await observe({ certificate: undefined, traits: { features: 'MLST SIZE' } });

  const changes = [{ what: 'features', before: 'MLST REST SIZE', after: 'MLST SIZE' }];
  expect(published).toMatchObject([{ partner: 'loses', changes }]);
});

test('Neither publishes nor forgets traits that a run does not observe', async () => {
  const { observe, published, partner } = startObserving('less');
  await observe({ certificate: undefined, traits: { features: 'SIZE', listing: 'MLSD' } });

  await observe({ certificate: undefined, traits: { features: 'SIZE' } }, new Date(Date.now() + 2 * dayMs));

  expect(published).toEqual([]);
  expect(await readKnownServer(ledger.table, partner.partner)).toMatchObject({
    traits: { features: 'SIZE', listing: 'MLSD' },
  });
});

test('Does not compare with another host', async () => {
  await startObserving('moves').observe({ certificate: undefined, traits: { features: 'SIZE' } });
  const moved = startObserving('moves', { host: 'elsewhere.example' });

  const changes = await moved.observe({ certificate: undefined, traits: { features: 'MLST' } });

  expect(changes).toEqual([]);
  expect(moved.published).toEqual([]);
});

test('A server is recorded while the bus rejects its events, which a later session publishes', async () => {
  const partner: PartnerFile = partnerFileSchema.parse(partnerAt(990, 'rejected').document);
  const observed = (fingerprint: string, days: number): ObservedServer => ({
    certificate: {
      subject: 'CN=host',
      issuer: 'CN=ca',
      names: ['host'],
      validFrom: new Date(0),
      expiresAt: new Date(Date.now() + days * dayMs),
      fingerprint,
      isSelfSigned: false,
    },
    traits: { certificate: fingerprint },
  });
  const published: string[] = [];
  const working = {
    changed: async () => void published.push('changed'),
    certificateExpiring: async () => void published.push('certificate-expiring'),
  };
  const refuse = async () => Promise.reject(new Error('rejected'));
  const observe = (server: ObservedServer, partnerEvents: typeof working) =>
    observeServer(partner, server, { table: ledger.table, now: () => new Date(), partnerEvents });
  await observe(observed('old', 90), working);
  const soon = observed('new', 5);

  const rejected = observe(soon, { changed: refuse, certificateExpiring: refuse });
  await expect(rejected).rejects.toThrow('rejected');
  const known = await readKnownServer(ledger.table, partner.partner);
  await observe(soon, working);
  await observe(soon, working);

  // The alarm of an expiring certificate reads this.
  expect(known?.expiresAt).toEqual(soon.certificate?.expiresAt);
  expect(published).toEqual(['changed', 'certificate-expiring']);
});
