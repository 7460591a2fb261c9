import { expect, test } from 'vitest';
import { partnerIdSchema } from '../../../lambdas/contract/ids.ts';
import { askForSlot } from '../../../lambdas/ledger/connection-limit.ts';
import { useTable } from '../ledger/test-table.ts';
import { ailmentsOf, findingOf, levelsOf, settingsOf, startPartner, visit } from './doctor-scene.ts';

const ledger = useTable();

test('Of a good server everything is well, and it is asked for no more connections than it allows', async () => {
  const partner = await startPartner({ connection: { maxConnections: 3 } });

  const { diagnosis } = await visit(ledger.table, partner, { write: '/orders' });

  expect(diagnosis.verdict).toBe('well');
  expect(ailmentsOf(diagnosis)).toEqual({});
  expect(diagnosis.settings).toEqual([]);
  expect(diagnosis.notAsked).toBeUndefined();
  expect(findingOf(diagnosis, 'rest').found).toContain('proved by the bytes of /files/a.csv');
  expect(findingOf(diagnosis, 'connections').found).toBe('3 of 3 at once');
  expect(partner.server.sessions.peak).toBeLessThanOrEqual(3);
});

test('A private passive address is repaired by itself, and there is nothing to set', async () => {
  const partner = await startPartner({ server: { features: { epsv: false } } });
  partner.server.fault({ on: 'PASV', do: { kind: 'passive-host', host: '10.1.2.3' } });

  const { diagnosis } = await visit(ledger.table, partner);

  expect(diagnosis.verdict).toBe('well');
  expect(findingOf(diagnosis, 'passive')).toMatchObject({
    level: 'note',
    found: expect.stringContaining('10.1.2.3'),
    means: expect.stringContaining('host of the control connection instead'),
  });
  expect(diagnosis.settings).toEqual([]);
});

test('A passive address at another host is not followed, which stops the flows where there is no EPSV', async () => {
  const partner = await startPartner({ server: { features: { epsv: false } } });
  partner.server.fault({ on: 'PASV', do: { kind: 'passive-host', host: '203.0.113.9' } });

  const { diagnosis } = await visit(ledger.table, partner);

  expect(diagnosis.verdict).toBe('problems');
  expect(findingOf(diagnosis, 'passive')).toMatchObject({
    level: 'problem',
    advice: expect.stringContaining('another host'),
  });
});

test.each([
  ['from the start, whatever was asked for', () => 0],
  ['from an offset that is one too many', (offset: number) => offset + 1],
])('A server whose REST lies, and sends %s, is told from a good one', async (_, restartAt) => {
  const partner = await startPartner({ server: { features: { restartAt } } });

  const { diagnosis } = await visit(ledger.table, partner);

  expect(diagnosis.traits).toMatchObject({ rest: 'lies' });
  expect(findingOf(diagnosis, 'rest')).toMatchObject({
    level: 'note',
    means: expect.stringContaining('within one invocation'),
  });
  expect(levelsOf(diagnosis)).toMatchObject({ hash: 'ok', connections: 'ok' });
});

test('A server without REST is told from one whose REST lies', async () => {
  const partner = await startPartner({ server: { features: { restart: false } } });

  const { diagnosis } = await visit(ledger.table, partner);

  expect(diagnosis.traits).toMatchObject({ rest: 'refused' });
  expect(findingOf(diagnosis, 'rest').advice).toContain('enable REST');
});

test.each(['421-at-connect', '530-at-login'] as const)(
  'A limit below maxConnections is found (%s), and is what to set',
  async (tooManyConnections) => {
    const partner = await startPartner({ server: { maxConnections: 2, tooManyConnections } });

    const { diagnosis } = await visit(ledger.table, partner);

    expect(diagnosis.verdict).toBe('problems');
    expect(findingOf(diagnosis, 'connections').found).toContain('refused connection 3 of 4');
    expect(settingsOf(diagnosis)).toEqual({ 'connection.maxConnections': 2 });
  },
);

test('A limit is found also while a wish for a slot is still heard, which the doctor may have said itself', async () => {
  const partner = await startPartner({ server: { maxConnections: 2 } });
  const name = partnerIdSchema.parse(partner.name);
  await askForSlot(ledger.table, name, Date.now() + 4_000);

  const { diagnosis } = await visit(ledger.table, partner);

  expect(settingsOf(diagnosis)).toEqual({ 'connection.maxConnections': 2 });
});

test('LIST with local time is understood, and its zone is found', async () => {
  const features = { mlsd: false, localTimeOffsetMinutes: 120 };
  const partner = await startPartner({ server: { features } });

  const { diagnosis } = await visit(ledger.table, partner);

  expect(diagnosis.verdict).toBe('well');
  expect(findingOf(diagnosis, 'listing')).toMatchObject({
    level: 'note',
    found: expect.stringContaining('LIST'),
  });
  expect(findingOf(diagnosis, 'time-zone')).toMatchObject({
    level: 'ok',
    found: expect.stringContaining('UTC+2:00'),
  });
});

test('Without MDTM the zone of LIST cannot be found, and has to be set for a flow that waits by age', async () => {
  const flows = { files: { settled: { minAge: '5m' } } };
  const partner = await startPartner({ flows, server: { features: { mlsd: false, mdtm: false } } });

  const { diagnosis } = await visit(ledger.table, partner);

  expect(findingOf(diagnosis, 'time-zone')).toMatchObject({
    level: 'note',
    means: expect.stringContaining('files cannot tell'),
  });
  expect(Object.keys(settingsOf(diagnosis))).toEqual(['connection.timeZone']);
});

test('A line of a listing that nobody understands is shown, for the flow that it stops', async () => {
  const partner = await startPartner();
  const lines = ['what is this'];
  partner.server.fault({ on: 'MLSD', path: '/files', do: { kind: 'garbage-lines', lines } });

  const { diagnosis } = await visit(ledger.table, partner);

  expect(findingOf(diagnosis, 'listing')).toMatchObject({
    level: 'problem',
    flow: 'files',
    found: expect.stringContaining('what is this'),
  });
});

test('A name that is no UTF-8 leads to connection.encoding', async () => {
  const partner = await startPartner({ server: { features: { mlsd: false } } });
  const lines = [Buffer.from('-rw-r--r--   1 ftp ftp 3 Nov 20 02:15 caf\xe9.csv', 'latin1')];
  partner.server.fault({ on: 'LIST', path: '/files', do: { kind: 'garbage-lines', lines } });

  const { diagnosis } = await visit(ledger.table, partner);

  expect(findingOf(diagnosis, 'names').found).toContain('caf\\xe9.csv');
  expect(Object.keys(settingsOf(diagnosis))).toEqual(['connection.encoding']);
});

test('A directory of a pull that is not there is a problem of that flow alone', async () => {
  const flows = { files: {}, gone: { remote: '/nowhere' } };
  const partner = await startPartner({ flows });

  const { diagnosis } = await visit(ledger.table, partner);

  const listings = diagnosis.findings.filter(({ step }) => step === 'listing');
  expect(listings.map(({ flow, level }) => [flow, level])).toEqual([
    ['files', 'ok'],
    ['gone', 'problem'],
  ]);
});

test('An old server without FEAT, SIZE, MDTM and EPSV still gets a diagnosis of what it can do', async () => {
  const features = { feat: false, mlsd: false, size: false, mdtm: false, epsv: false, utf8: false };
  const partner = await startPartner({ server: { features } });

  const { diagnosis } = await visit(ledger.table, partner);

  expect(diagnosis.verdict).toBe('well');
  expect(levelsOf(diagnosis)).toMatchObject({ features: 'note', size: 'note', 'modified-time': 'note' });
});
