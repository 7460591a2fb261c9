import { expect, test } from 'vitest';
import { partnerIdSchema } from '../../../lambdas/contract/ids.ts';
import { requestSlot } from '../../../lambdas/ledger/connection/connection-budget.ts';
import { useTable } from '../ledger/test-table.ts';
import {
  findStep,
  levelsNotOk,
  runDoctor,
  settingsByPath,
  startPartner,
  stepLevels,
} from './doctor-fixture.ts';

const ledger = useTable();

test('Finds no error on a good server, and opens no more connections than allowed', async () => {
  const partner = await startPartner({ connection: { maxConnections: 3 } });

  const { diagnosis } = await runDoctor(ledger.table, partner, { write: '/orders' });

  expect(diagnosis.verdict).toBe('healthy');
  expect(levelsNotOk(diagnosis)).toEqual({});
  expect(diagnosis.settings).toEqual([]);
  expect(diagnosis.skipped).toBeUndefined();
  expect(findStep(diagnosis, 'rest').found).toContain('verified with the bytes of /files/a.csv');
  expect(findStep(diagnosis, 'connections').found).toBe('3 of 3 open at the same time');
  expect(partner.server.sessions.peak).toBeLessThanOrEqual(3);
});

test('Replaces a private passive address, and suggests no setting', async () => {
  const partner = await startPartner({ server: { features: { epsv: false } } });
  partner.server.fault({ on: 'PASV', do: { kind: 'passive-host', host: '10.1.2.3' } });

  const { diagnosis } = await runDoctor(ledger.table, partner);

  expect(diagnosis.verdict).toBe('healthy');
  expect(findStep(diagnosis, 'passive')).toMatchObject({
    level: 'warning',
    found: expect.stringContaining('10.1.2.3'),
    means: expect.stringContaining('host of the control connection instead'),
  });
  expect(diagnosis.settings).toEqual([]);
});

test('Does not follow a passive address of another host: an error without EPSV', async () => {
  const partner = await startPartner({ server: { features: { epsv: false } } });
  partner.server.fault({ on: 'PASV', do: { kind: 'passive-host', host: '203.0.113.9' } });

  const { diagnosis } = await runDoctor(ledger.table, partner);

  expect(diagnosis.verdict).toBe('errors');
  expect(findStep(diagnosis, 'passive')).toMatchObject({
    level: 'error',
    advice: expect.stringContaining('another host'),
  });
});

test.each([
  ['from the start', () => 0],
  ['from an offset that is off by one', (offset: number) => offset + 1],
])('Detects a server that accepts REST and sends bytes %s', async (_, restartAt) => {
  const partner = await startPartner({ server: { features: { restartAt } } });

  const { diagnosis } = await runDoctor(ledger.table, partner);

  expect(diagnosis.traits).toMatchObject({ rest: 'lies' });
  expect(findStep(diagnosis, 'rest')).toMatchObject({
    level: 'warning',
    means: expect.stringContaining('within one invocation'),
  });
  expect(stepLevels(diagnosis)).toMatchObject({ hash: 'ok', connections: 'ok' });
});

test('Distinguishes a server without REST from one that ignores it', async () => {
  const partner = await startPartner({ server: { features: { restart: false } } });

  const { diagnosis } = await runDoctor(ledger.table, partner);

  expect(diagnosis.traits).toMatchObject({ rest: 'refused' });
  expect(findStep(diagnosis, 'rest').advice).toContain('enable REST');
});

test.each(['421-at-connect', '530-at-login'] as const)(
  'Finds a limit below maxConnections (%s), and suggests it',
  async (tooManyConnections) => {
    const partner = await startPartner({ server: { maxConnections: 2, tooManyConnections } });

    const { diagnosis } = await runDoctor(ledger.table, partner);

    expect(diagnosis.verdict).toBe('errors');
    expect(findStep(diagnosis, 'connections').found).toContain('refused connection 3 of 4');
    expect(settingsByPath(diagnosis)).toEqual({ 'connection.maxConnections': 2 });
  },
);

test('Finds a limit also while a request for a slot is valid, which may be its own', async () => {
  const partner = await startPartner({ server: { maxConnections: 2 } });
  const name = partnerIdSchema.parse(partner.name);
  await requestSlot(ledger.table, name, Date.now() + 4_000);

  const { diagnosis } = await runDoctor(ledger.table, partner);

  expect(settingsByPath(diagnosis)).toEqual({ 'connection.maxConnections': 2 });
});

test('Parses LIST with local time, and detects its time zone', async () => {
  const features = { mlsd: false, localTimeOffsetMinutes: 120 };
  const partner = await startPartner({ server: { features } });

  const { diagnosis } = await runDoctor(ledger.table, partner);

  expect(diagnosis.verdict).toBe('healthy');
  expect(findStep(diagnosis, 'listing')).toMatchObject({
    level: 'warning',
    found: expect.stringContaining('LIST'),
  });
  expect(findStep(diagnosis, 'time-zone')).toMatchObject({
    level: 'ok',
    found: expect.stringContaining('UTC+2:00'),
  });
});

test('Suggests timeZone for a flow with settled.minAge where neither MLSD nor MDTM exists', async () => {
  const flows = { files: { settled: { minAge: '5m' } } };
  const partner = await startPartner({ flows, server: { features: { mlsd: false, mdtm: false } } });

  const { diagnosis } = await runDoctor(ledger.table, partner);

  expect(findStep(diagnosis, 'time-zone')).toMatchObject({
    level: 'warning',
    means: expect.stringContaining('files cannot use'),
  });
  expect(Object.keys(settingsByPath(diagnosis))).toEqual(['connection.timeZone']);
});

test('Shows a listing line that cannot be parsed, with its flow', async () => {
  const partner = await startPartner();
  const lines = ['what is this'];
  partner.server.fault({ on: 'MLSD', path: '/files', do: { kind: 'garbage-lines', lines } });

  const { diagnosis } = await runDoctor(ledger.table, partner);

  expect(findStep(diagnosis, 'listing')).toMatchObject({
    level: 'error',
    flow: 'files',
    found: expect.stringContaining('what is this'),
  });
});

test('Suggests connection.encoding for a name that is not UTF-8', async () => {
  const partner = await startPartner({ server: { features: { mlsd: false } } });
  const lines = [Buffer.from('-rw-r--r--   1 ftp ftp 3 Nov 20 02:15 caf\xe9.csv', 'latin1')];
  partner.server.fault({ on: 'LIST', path: '/files', do: { kind: 'garbage-lines', lines } });

  const { diagnosis } = await runDoctor(ledger.table, partner);

  expect(findStep(diagnosis, 'names').found).toContain('caf\\xe9.csv');
  expect(Object.keys(settingsByPath(diagnosis))).toEqual(['connection.encoding']);
});

test('Reports a missing directory of a pull as an error of that flow', async () => {
  const flows = { files: {}, gone: { remote: '/nowhere' } };
  const partner = await startPartner({ flows });

  const { diagnosis } = await runDoctor(ledger.table, partner);

  const listings = diagnosis.findings.filter(({ step }) => step === 'listing');
  expect(listings.map(({ flow, level }) => [flow, level])).toEqual([
    ['files', 'ok'],
    ['gone', 'error'],
  ]);
});

test('Diagnoses an old server without FEAT, SIZE, MDTM and EPSV', async () => {
  const features = { feat: false, mlsd: false, size: false, mdtm: false, epsv: false, utf8: false };
  const partner = await startPartner({ server: { features } });

  const { diagnosis } = await runDoctor(ledger.table, partner);

  expect(diagnosis.verdict).toBe('healthy');
  expect(stepLevels(diagnosis)).toMatchObject({
    features: 'warning',
    size: 'warning',
    'modified-time': 'warning',
  });
});

test('Says how an unusual reply to FEAT ends, and takes the features', async () => {
  const partner = await startPartner();
  const bytes = '221-\r\n MDTM\r\n MLST type*;size*;modify*;\r\n SIZE\r\n UTF8\r\n211 End\r\n';
  partner.server.fault({ on: 'FEAT', do: { kind: 'reply-bytes', bytes } });

  const { diagnosis } = await runDoctor(ledger.table, partner);

  expect(diagnosis.verdict).toBe('healthy');
  expect(findStep(diagnosis, 'features')).toMatchObject({
    level: 'warning',
    found: expect.stringContaining('begins with 221- and ends with "211 End": MDTM MLST SIZE UTF8'),
  });
});
