import { expect, test } from 'vitest';
import { timeValue } from '../../support/ftps-server/listing-format.ts';
import { useTable } from '../ledger/test-table.ts';
import { ailmentsOf, findingOf, levelsOf, namesIn, settingsOf, startPartner, visit } from './doctor-scene.ts';

const ledger = useTable();

test('Without --write nothing is written, made, renamed or deleted', async () => {
  const partner = await startPartner();

  await visit(ledger.table, partner);

  const commands = new Set(partner.server.log.map(({ command }) => command));
  expect([...commands].filter((name) => /^(STOR|APPE|MKD|RNFR|RNTO|DELE|RMD|MFMT|STOU)$/.test(name))).toEqual(
    [],
  );
});

test('What it wrote is deleted in the end, and it deletes nothing but that', async () => {
  const partner = await startPartner();
  partner.tree.put('/orders/theirs.part', { content: 'theirs' });

  const { diagnosis } = await visit(ledger.table, partner, { write: '/orders' });

  expect(await namesIn(partner.tree, '/orders')).toEqual(['theirs.part']);
  expect(findingOf(diagnosis, 'delete').found).toContain('nothing is left');
});

test('What it wrote is deleted also where the server breaks off in the midst of it', async () => {
  const partner = await startPartner();
  partner.server.fault({ on: 'APPE', do: { kind: 'cut-control', when: 'after', with: 'reset' } });

  const { diagnosis } = await visit(ledger.table, partner, { write: '/orders' });

  expect(findingOf(diagnosis, 'append').level).toBe('problem');
  expect(await namesIn(partner.tree, '/orders')).toEqual([]);
});

test('Files that may not be deleted are named', async () => {
  const partner = await startPartner();
  partner.server.fault({ on: 'DELE', do: { kind: 'reply', code: 550, text: 'Not allowed.' } });

  const { diagnosis } = await visit(ledger.table, partner, { write: '/orders' });

  expect(findingOf(diagnosis, 'delete')).toMatchObject({
    level: 'problem',
    found: expect.stringMatching(/left behind: \/orders\/\.ftps-sync-doctor-[0-9a-f]{8}-\w\.part/),
  });
});

test('A directory that may not be written to is one problem, and the rest goes on', async () => {
  const partner = await startPartner();
  partner.tree.putDirectory('/orders', { readOnly: true });

  const { diagnosis } = await visit(ledger.table, partner, { write: '/orders' });

  expect(diagnosis.verdict).toBe('problems');
  expect(ailmentsOf(diagnosis)).toEqual({ upload: 'problem' });
  expect(levelsOf(diagnosis)).toMatchObject({ rest: 'ok', connections: 'ok' });
});

test('A server that refuses RNTO over a file gets its push overwrite: delete-first', async () => {
  const partner = await startPartner({ server: { features: { renameReplaces: false } } });

  const { diagnosis } = await visit(ledger.table, partner, { write: '/orders' });

  expect(diagnosis.verdict).toBe('problems');
  expect(findingOf(diagnosis, 'rename-over')).toMatchObject({
    level: 'problem',
    found: expect.stringContaining('550'),
  });
  expect(settingsOf(diagnosis)).toEqual({ 'flows.orders.overwrite': 'delete-first' });
});

test('Where no flow replaces files, the same server is only noted', async () => {
  const flows = { files: {}, orders: { direction: 'push', overwrite: 'refuse' } };
  const partner = await startPartner({ flows, server: { features: { renameReplaces: false } } });

  const { diagnosis } = await visit(ledger.table, partner, { write: '/orders' });

  expect(diagnosis.verdict).toBe('well');
  expect(ailmentsOf(diagnosis)).toEqual({ 'rename-over': 'note' });
});

test('A server whose hash of a file is not that of its bytes would refuse every delivery', async () => {
  const partner = await startPartner({ server: { features: { hashes: ['XMD5'] } } });
  partner.server.fault({ on: 'XMD5', do: { kind: 'reply', code: 250, text: 'ab'.repeat(16) } });

  const { diagnosis } = await visit(ledger.table, partner, { write: '/orders' });

  expect(findingOf(diagnosis, 'hash').level).toBe('problem');
});

test.each([
  [-40, 'note', []],
  [120, 'problem', ['connection.timeZone']],
])(
  'A server whose MDTM is %i minutes ahead of our clock gets a %s, and %j',
  async (minutes, level, settings) => {
    const partner = await startPartner();
    const text = timeValue(new Date(Date.now() + minutes * 60_000));
    partner.server.fault({ on: 'MDTM', path: /doctor/, do: { kind: 'reply', code: 213, text } });

    const { diagnosis } = await visit(ledger.table, partner, { write: '/orders' });

    expect(findingOf(diagnosis, 'clock').level).toBe(level);
    expect(Object.keys(settingsOf(diagnosis))).toEqual(settings);
  },
);
