import { expect, test } from 'vitest';
import { realPartner } from '../../support/real-partner/real-partner.ts';
import { SeededFolder } from '../../support/real-partner/seeded-folder.ts';
import { pyftpdlibAbsence } from '../../support/real-servers/available-servers.ts';
import { startPyftpdlib } from '../../support/real-servers/pyftpdlib.ts';
import { useTable } from '../ledger/test-table.ts';
import { findStep, runDoctor, settingsByPath } from './doctor-fixture.ts';

const ledger = useTable();
const absence = await pyftpdlibAbsence();
if (absence !== undefined) process.stdout.write(`Skipped: the doctor on pyftpdlib: ${absence}.\n`);

test.skipIf(absence !== undefined)(
  'pyftpdlib without EPSV is healthy without any setting, and the next run finds the same',
  async () => {
    await using server = await startPyftpdlib({ security: 'explicit', settings: ['no-epsv'] });
    const files = new SeededFolder(server.root, server.owner);
    await files.put('/files/sales.csv', { sizeBytes: 500_000, seed: 1 });
    const setup = realPartner(server, { maxConnections: 1 });

    const first = await runDoctor(ledger.table, setup, { write: '/files' });
    const second = await runDoctor(ledger.table, setup, { write: '/files' });

    expect(first.diagnosis).toMatchObject({ verdict: 'healthy', settings: [] });
    expect(first.diagnosis.traits).toMatchObject({ passive: 'PASV', listing: 'MLSD', rest: 'proved' });
    expect(second.diagnosis.traits).toEqual(first.diagnosis.traits);
    expect(second.changed).toEqual([]);
  },
);

test.skipIf(absence !== undefined)(
  'pyftpdlib with local times gets the settings that make them right, and is healthy with them',
  async () => {
    const settings = ['local-times'];
    await using server = await startPyftpdlib({ security: 'explicit', settings, timeZone: 'Asia/Tokyo' });
    const files = new SeededFolder(server.root, server.owner);
    await files.put('/files/sales.csv', { sizeBytes: 500_000, seed: 1 });
    const setup = realPartner(server, { maxConnections: 1 });
    const { connection } = setup.document as { connection: object };

    const reading = await runDoctor(ledger.table, setup);
    const writing = await runDoctor(ledger.table, setup, { write: '/files' });
    const wanted = { timeZone: 'Asia/Tokyo', timeZoneOf: 'all' };
    const document = { ...(setup.document as object), connection: { ...connection, ...wanted } };
    const mended = await runDoctor(ledger.table, { ...setup, document }, { write: '/files' });

    expect(findStep(reading.diagnosis, 'time-zone').found).toMatch(/^1 of 1 files are dated in the future/);
    // A file in the future shows the least offset that the zone can have.
    expect(settingsByPath(reading.diagnosis)).toMatchObject({ 'connection.timeZoneOf': 'all' });
    expect(settingsByPath(writing.diagnosis)).toEqual({
      'connection.timeZone': 'Asia/Tokyo',
      'connection.timeZoneOf': 'all',
    });
    const clock = findStep(writing.diagnosis, 'clock');
    expect(clock.found).toContain('it is local time (UTC+9:00)');
    expect(mended.diagnosis).toMatchObject({ verdict: 'healthy', settings: [] });
  },
);
