import { expect, test } from 'vitest';
import { realPartner } from '../../support/real-partner/real-partner.ts';
import { SeededFolder } from '../../support/real-partner/seeded-folder.ts';
import { type AvailableServer, availableServers } from '../../support/real-servers/available-servers.ts';
import type { RealServerOptions, ServerName } from '../../support/real-servers/real-server.ts';
import { useTable } from '../ledger/test-table.ts';
import { type DoctorRun, levelsNotOk, runDoctor, settingsByPath } from './doctor-fixture.ts';

const ledger = useTable();
const { ready, absent } = await availableServers();

for (const { name, reason } of absent) {
  process.stdout.write(`Skipped: the doctor on ${name}: ${reason}.\n`);
  test.skip(`the doctor recognizes ${name} (not installed: ${reason})`);
}

interface RealOptions extends Partial<RealServerOptions> {
  readonly maxConnections?: number;
  readonly write?: string;
}

/** Runs the doctor on a real server with a file of half a megabyte in the directory of its flow. */
async function runOnReal(program: AvailableServer, options: RealOptions = {}): Promise<DoctorRun> {
  const { maxConnections, write, ...changes } = options;
  await using server = await program.start({ security: 'explicit', maxConnections, ...changes });
  const files = new SeededFolder(server.root, server.owner);
  await files.put('/files/sales.csv', { sizeBytes: 500_000, seed: 1 });
  const setup = realPartner(server, { maxConnections: 3 });
  return await runDoctor(ledger.table, setup, write === undefined ? {} : { write });
}

/** The traits that distinguish the servers, with TLS 1.3. */
const expectedTraits: Readonly<Record<ServerName, object>> = {
  vsftpd: {
    'session-reuse': 'required, works',
    listing: 'LIST -a',
    rest: 'proved',
    'rename-over': 'replaces',
    append: 'works',
  },
  proftpd: {
    'session-reuse': 'required, works',
    listing: 'MLSD',
    rest: 'proved',
    'rename-over': 'replaces',
  },
  'pure-ftpd': {
    'session-reuse': 'not required, does not work',
    listing: 'MLSD',
    rest: 'proved',
    'rename-over': 'replaces',
    append: 'works',
  },
};

for (const program of ready) {
  const { name } = program;

  test(`${name} is healthy without any setting, and has its own traits`, async () => {
    const { diagnosis } = await runOnReal(program, { write: '/files' });

    expect(diagnosis.findings.filter(({ level }) => level === 'error')).toEqual([]);
    expect(diagnosis.verdict).toBe('healthy');
    expect(diagnosis.traits).toMatchObject(expectedTraits[name]);
    expect(diagnosis.settings).toEqual([]);
  });

  test(`${name} with a limit of two connections gets that maxConnections`, async () => {
    const { diagnosis } = await runOnReal(program, { maxConnections: 2 });

    expect(levelsNotOk(diagnosis)).toMatchObject({ connections: 'error' });
    expect(settingsByPath(diagnosis)).toMatchObject({ 'connection.maxConnections': 2 });
  });
}
