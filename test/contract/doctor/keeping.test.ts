import { expect, test } from 'vitest';
import { noticeServer, type SeenServer } from '../../../lambdas/connections/notice-server.ts';
import { type PartnerFile, partnerFileSchema } from '../../../lambdas/contract/partner-file.ts';
import {
  dropCapabilities,
  provedCapabilities,
  readKnownServer,
  recordCapabilities,
} from '../../../lambdas/ledger/capabilities.ts';
import { createAuthority } from '../../support/certificates.ts';
import { partnerAt } from '../../support/stage/test-partner.ts';
import { useTable } from '../ledger/test-table.ts';
import { findingOf, startPartner, visit } from './doctor-scene.ts';

const ledger = useTable();
const dayMs = 24 * 60 * 60_000;

test('What was seen is kept, with what was proved of REST', async () => {
  const partner = await startPartner();

  const { diagnosis } = await visit(ledger.table, partner);

  const known = await readKnownServer(ledger.table, diagnosis.partner);
  const proved = await provedCapabilities(ledger.table, diagnosis.partner);
  expect(known?.traits).toMatchObject({ listing: 'MLSD', rest: 'proved', tls: 'TLSv1.3' });
  expect(known?.traits.certificate).toBe(diagnosis.certificates[0]?.fingerprint);
  expect(proved).toMatchObject({ restUpTo: 200_000 });
});

test('A second doctor at the same server sees no change, and tells nobody', async () => {
  const partner = await startPartner();
  await visit(ledger.table, partner);

  const { diagnosis, changed } = await visit(ledger.table, partner);

  expect(diagnosis.changes).toEqual([]);
  expect(changed).toEqual([]);
});

test('Proof of REST with a smaller file does not take the place of one with a larger', async () => {
  const partner = await startPartner();
  const { diagnosis } = await visit(ledger.table, partner);
  const server = `${diagnosis.host}:${diagnosis.port}`;
  const at = new Date();
  await recordCapabilities(ledger.table, diagnosis.partner, { server, restUpTo: 5_000_000_000, at });

  await visit(ledger.table, partner);

  const proved = await provedCapabilities(ledger.table, diagnosis.partner);
  expect(proved?.restUpTo).toBe(5_000_000_000);
});

test('What contradicts REST takes its proof away, and leaves what else is known', async () => {
  const partner = await startPartner();
  const { diagnosis } = await visit(ledger.table, partner);

  await dropCapabilities(ledger.table, diagnosis.partner);

  expect(await provedCapabilities(ledger.table, diagnosis.partner)).toBeUndefined();
  expect(await readKnownServer(ledger.table, diagnosis.partner)).toMatchObject({
    traits: { rest: 'proved' },
  });
});

test('A server that begins to lie about REST is told, and is trusted with it no more', async () => {
  const partner = await startPartner({ server: { features: { restartAt: (offset) => offset } } });
  await visit(ledger.table, partner);
  partner.server.fault({ on: 'REST', do: { kind: 'reply', code: 350, text: 'Yes, yes.' } });

  const { diagnosis, changed } = await visit(ledger.table, partner);

  expect(changed).toMatchObject([{ changes: [{ what: 'rest', before: 'proved', after: 'lies' }] }]);
  expect(await provedCapabilities(ledger.table, diagnosis.partner)).toBeUndefined();
});

test('A certificate that ends within three weeks is noted, and told once a day whoever looks', async () => {
  const authority = await createAuthority('Soon');
  const notAfter = new Date(Date.now() + 10.5 * dayMs);
  const certificate = await authority.issue({ names: ['127.0.0.1'], notAfter });
  const partner = await startPartner({ server: { certificate }, tls: { ca: authority.certificatePem } });

  const first = await visit(ledger.table, partner);
  const second = await visit(ledger.table, partner);
  const tomorrow = await visit(ledger.table, partner, {
    systems: { now: () => new Date(Date.now() + dayMs) },
  });

  expect(first.diagnosis.verdict).toBe('well');
  expect(findingOf(first.diagnosis, 'certificate')).toMatchObject({ level: 'note' });
  expect(first.expiring).toMatchObject([{ daysLeft: 10, expiresAt: expect.any(String) }]);
  expect(second.expiring).toEqual([]);
  expect(tomorrow.expiring).toMatchObject([{ daysLeft: 9 }]);
});

interface Notices {
  readonly partner: PartnerFile;
  readonly notice: (seen: SeenServer, at?: Date) => ReturnType<typeof noticeServer>;
  readonly told: object[];
}

function notices(name: string, connection: Readonly<Record<string, unknown>> = {}): Notices {
  const partner = partnerFileSchema.parse(partnerAt(21, name, { connection }).document);
  const told: object[] = [];
  const tell = async (detail: object) => void told.push(detail);
  const tellOfServer = { changed: tell, certificateExpiring: tell };
  const notice = (seen: SeenServer, at = new Date()) =>
    noticeServer(partner, seen, { table: ledger.table, now: () => at, tellOfServer });
  return { partner, notice, told };
}

test('A feature that is lost is told with all features before and after', async () => {
  const { notice, told } = notices('loses');
  await notice({ certificate: undefined, traits: { features: 'MLST REST SIZE' } });

  await notice({ certificate: undefined, traits: { features: 'MLST SIZE' } });

  const changes = [{ what: 'features', before: 'MLST REST SIZE', after: 'MLST SIZE' }];
  expect(told).toMatchObject([{ partner: 'loses', changes }]);
});

test('A run that sees less than a doctor neither tells of a change nor forgets what the doctor saw', async () => {
  const { notice, told, partner } = notices('less');
  await notice({ certificate: undefined, traits: { features: 'SIZE', listing: 'MLSD' } });

  await notice({ certificate: undefined, traits: { features: 'SIZE' } }, new Date(Date.now() + 2 * dayMs));

  expect(told).toEqual([]);
  expect(await readKnownServer(ledger.table, partner.partner)).toMatchObject({
    traits: { features: 'SIZE', listing: 'MLSD' },
  });
});

test('Another host is our own doing, and no change of the partner', async () => {
  await notices('moves').notice({ certificate: undefined, traits: { features: 'SIZE' } });
  const moved = notices('moves', { host: 'elsewhere.example' });

  const changes = await moved.notice({ certificate: undefined, traits: { features: 'MLST' } });

  expect(changes).toEqual([]);
  expect(moved.told).toEqual([]);
});
