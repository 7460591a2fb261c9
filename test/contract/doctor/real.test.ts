import { expect, test } from 'vitest';
import { realPartner } from '../../support/real-partner/real-partner.ts';
import { SeededFolder } from '../../support/real-partner/seeded-folder.ts';
import { type AvailableServer, availableServers } from '../../support/real-servers/available-servers.ts';
import type { RealServerOptions, ServerName } from '../../support/real-servers/real-server.ts';
import { useTable } from '../ledger/test-table.ts';
import { ailmentsOf, settingsOf, type Visited, visit } from './doctor-scene.ts';

const ledger = useTable();
const { ready, absent } = await availableServers();

for (const { name, reason } of absent) {
  process.stdout.write(`Skipped: the doctor at ${name}: ${reason}.\n`);
  test.skip(`the doctor tells ${name} from others where it is present (${reason})`);
}

interface RealVisit extends Partial<RealServerOptions> {
  readonly maxConnections?: number;
  readonly write?: string;
}

/** The doctor at a real server with a file of half a megabyte in the directory of its flow, into which it may write. */
async function visitReal(program: AvailableServer, options: RealVisit = {}): Promise<Visited> {
  const { maxConnections, write, ...changes } = options;
  await using server = await program.start({ security: 'explicit', maxConnections, ...changes });
  const files = new SeededFolder(server.root, server.owner);
  await files.put('/files/sales.csv', { sizeBytes: 500_000, seed: 1 });
  const setup = realPartner(server, { maxConnections: 3 });
  return await visit(ledger.table, setup, write === undefined ? {} : { write });
}

/** What tells one program from the others, with TLS 1.3. */
const natures: Readonly<Record<ServerName, object>> = {
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

  test(`${name} is told by what it can do, and no setting is needed for it`, async () => {
    const { diagnosis } = await visitReal(program, { write: '/files' });

    expect(diagnosis.findings.filter(({ level }) => level === 'problem')).toEqual([]);
    expect(diagnosis.verdict).toBe('well');
    expect(diagnosis.traits).toMatchObject(natures[name]);
    expect(diagnosis.settings).toEqual([]);
  });

  test(`${name} with room for two is told so, and maxConnections with it`, async () => {
    const { diagnosis } = await visitReal(program, { maxConnections: 2 });

    expect(ailmentsOf(diagnosis)).toMatchObject({ connections: 'problem' });
    expect(settingsOf(diagnosis)).toMatchObject({ 'connection.maxConnections': 2 });
  });
}
