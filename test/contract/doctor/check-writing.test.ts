import { expect, test } from 'vitest';
import { useTable } from '../ledger/test-table.ts';
import {
  findStep,
  levelsNotOk,
  namesIn,
  runDoctor,
  settingsByPath,
  startPartner,
  stepLevels,
} from './doctor-fixture.ts';

const ledger = useTable();

test('Without --write it writes, creates, renames and deletes nothing', async () => {
  const partner = await startPartner();

  await runDoctor(ledger.table, partner);

  const commands = new Set(partner.server.log.map(({ command }) => command));
  expect([...commands].filter((name) => /^(STOR|APPE|MKD|RNFR|RNTO|DELE|RMD|MFMT|STOU)$/.test(name))).toEqual(
    [],
  );
});

test('Deletes its own files at the end, and no others', async () => {
  const partner = await startPartner();
  partner.tree.put('/orders/theirs.part', { content: 'theirs' });

  const { diagnosis } = await runDoctor(ledger.table, partner, { write: '/orders' });

  expect(await namesIn(partner.tree, '/orders')).toEqual(['theirs.part']);
  // `a` renamed to `b`, `e` renamed over it, `c` and `d`.
  expect(findStep(diagnosis, 'delete').found).toBe('probe files deleted: 3; none left behind');
});

test('Deletes its files also where the connection breaks between', async () => {
  const partner = await startPartner();
  partner.server.fault({ on: 'APPE', do: { kind: 'cut-control', when: 'after', with: 'reset' } });

  const { diagnosis } = await runDoctor(ledger.table, partner, { write: '/orders' });

  expect(findStep(diagnosis, 'append').level).toBe('error');
  expect(await namesIn(partner.tree, '/orders')).toEqual([]);
});

test('Names the files that it may not delete', async () => {
  const partner = await startPartner();
  partner.server.fault({ on: 'DELE', do: { kind: 'reply', code: 550, text: 'Not allowed.' } });

  const { diagnosis } = await runDoctor(ledger.table, partner, { write: '/orders' });

  expect(findStep(diagnosis, 'delete')).toMatchObject({
    level: 'error',
    found: expect.stringMatching(/left behind: \/orders\/\.ftps-sync-doctor-[0-9a-f]{8}-\w\.part/),
  });
});

test('Reports one error for a read-only directory, and runs the other steps', async () => {
  const partner = await startPartner();
  partner.tree.putDirectory('/orders', { readOnly: true });

  const { diagnosis } = await runDoctor(ledger.table, partner, { write: '/orders' });

  expect(diagnosis.verdict).toBe('errors');
  expect(levelsNotOk(diagnosis)).toEqual({ upload: 'error' });
  expect(findStep(diagnosis, 'delete').found).toBe('no probe file to delete; none left behind');
  expect(stepLevels(diagnosis)).toMatchObject({ rest: 'ok', connections: 'ok' });
});

test('Suggests verify: none at a drop box, and leaves no file there', async () => {
  const partner = await startPartner();
  for (const on of ['SIZE', 'MDTM', 'MLST', 'MLSD', 'LIST'])
    partner.server.fault({ on, do: { kind: 'reply', code: 550, text: 'Permission denied' } });

  const { diagnosis } = await runDoctor(ledger.table, partner, { write: '/orders' });

  expect(findStep(diagnosis, 'upload')).toMatchObject({
    level: 'error',
    found: expect.stringContaining('550 Permission denied'),
  });
  expect(settingsByPath(diagnosis)).toMatchObject({ 'flows.orders.verify': 'none' });
  expect(await namesIn(partner.tree, '/orders')).toEqual([]);
});

test.each([
  [500, 'SIZE not understood.'],
  [550, 'Permission denied'],
])('Suggests verify: listing where SIZE is %i %s, and the listing shows the file', async (code, text) => {
  const flows = {
    files: {},
    orders: { direction: 'push', overwrite: 'replace' },
    blind: { direction: 'push', verify: 'none' },
  };
  const partner = await startPartner({ flows });
  partner.server.fault({ on: 'SIZE', do: { kind: 'reply', code, text } });

  const { diagnosis } = await runDoctor(ledger.table, partner, { write: '/orders' });

  expect(findStep(diagnosis, 'upload')).toMatchObject({
    level: 'warning',
    found: expect.stringContaining(`${code} ${text} to SIZE, and the listing shows it`),
  });
  expect(settingsByPath(diagnosis)).toEqual({ 'flows.orders.verify': 'listing' });
  // The steps that compare sizes find them in the listing too.
  expect(stepLevels(diagnosis)).toMatchObject({ 'rename-over': 'ok', append: 'ok', restart: 'ok' });
});

test('Suggests no verify where SIZE is refused, and the listing does not show the file', async () => {
  const partner = await startPartner();
  partner.server.fault({ on: 'SIZE', do: { kind: 'reply', code: 500, text: 'SIZE not understood.' } });
  for (const on of ['MLSD', 'LIST'])
    partner.server.fault({ on, do: { kind: 'reply', code: 550, text: 'Permission denied' } });

  const { diagnosis } = await runDoctor(ledger.table, partner, { write: '/orders' });

  // MLST shows it.
  expect(findStep(diagnosis, 'upload').level).toBe('ok');
  expect(settingsByPath(diagnosis)).toEqual({});
});

/** What the server did with MKD and RMD, and what is left in the directory of the push. */
async function makeDirectoryRun(partner: Awaited<ReturnType<typeof startPartner>>) {
  const { diagnosis } = await runDoctor(ledger.table, partner, { write: '/orders' });
  const commands = partner.server.log.map(({ command }) => command);
  return {
    diagnosis,
    sent: commands.filter((name) => name === 'MKD' || name === 'RMD'),
    left: await namesIn(partner.tree, '/orders'),
  };
}

test('Creates a directory in that of the push, and removes it again', async () => {
  const partner = await startPartner();

  const { diagnosis, sent, left } = await makeDirectoryRun(partner);

  expect([findStep(diagnosis, 'make-directory').level, sent, left]).toEqual(['ok', ['MKD', 'RMD'], []]);
  expect(settingsByPath(diagnosis)).toEqual({});
});

test.each([
  [500, 'MKD not understood.'],
  [550, 'Permission denied'],
])('Suggests makeDirectories: false where MKD is %i %s', async (code, text) => {
  const partner = await startPartner();
  partner.server.fault({ on: 'MKD', do: { kind: 'reply', code, text } });

  const { diagnosis, sent, left } = await makeDirectoryRun(partner);

  expect(findStep(diagnosis, 'make-directory')).toMatchObject({
    level: 'warning',
    found: expect.stringContaining(`/orders exists, and MKD in it is refused: the server answered ${code}`),
  });
  expect(settingsByPath(diagnosis)).toEqual({ 'flows.orders.makeDirectories': false });
  expect([sent, left]).toEqual([['MKD'], []]);
});

test('Suggests makeDirectories: false where the directory of the push may not be entered', async () => {
  const partner = await startPartner();
  const denied = { kind: 'reply', code: 550, text: 'Permission denied' } as const;
  partner.server.fault({ on: 'CWD', path: '/orders', do: denied });

  const { diagnosis, left } = await makeDirectoryRun(partner);

  expect(findStep(diagnosis, 'make-directory').level).toBe('error');
  expect(settingsByPath(diagnosis)).toMatchObject({ 'flows.orders.makeDirectories': false });
  expect(left).toEqual([]);
});

test.each([
  [450, 'Try again later.'],
  [552, 'Quota exceeded.'],
])('Concludes nothing from %i %s to MKD', async (code, text) => {
  const partner = await startPartner();
  partner.server.fault({ on: 'MKD', do: { kind: 'reply', code, text } });

  const { diagnosis } = await makeDirectoryRun(partner);

  expect(findStep(diagnosis, 'make-directory').found).toContain('not known');
  expect(settingsByPath(diagnosis)).toEqual({});
});

test('Removes its directory also where the reply to MKD is lost', async () => {
  const partner = await startPartner();
  partner.server.fault({ on: 'MKD', do: { kind: 'cut-control', when: 'after', with: 'reset' } });

  const { diagnosis, left } = await makeDirectoryRun(partner);

  expect([findStep(diagnosis, 'make-directory').level, left]).toEqual(['error', []]);
});

test('Says of no directory that it was left behind where the connection broke before MKD', async () => {
  const partner = await startPartner();
  partner.server.fault({ on: 'MKD', do: { kind: 'cut-control', when: 'before', with: 'reset' } });

  const { diagnosis, left } = await makeDirectoryRun(partner);

  expect([findStep(diagnosis, 'delete').level, left]).toEqual(['ok', []]);
});

test('Names the directory that it may not remove', async () => {
  const partner = await startPartner();
  partner.server.fault({ on: 'RMD', do: { kind: 'reply', code: 550, text: 'Not allowed.' } });

  const { diagnosis, left } = await makeDirectoryRun(partner);

  const [name = ''] = left;
  expect(name).toMatch(/^\.ftps-sync-doctor-[0-9a-f]{8}-f\.part$/);
  expect(findStep(diagnosis, 'delete')).toMatchObject({
    level: 'warning',
    found: expect.stringContaining(`left behind: the directory /orders/${name}`),
  });
});

test('Creates no directory where the push has makeDirectories: false', async () => {
  const flows = { files: {}, orders: { direction: 'push', makeDirectories: false } };
  const partner = await startPartner({ flows });

  const { sent } = await makeDirectoryRun(partner);

  expect(sent).toEqual([]);
});

test('Suggests delivery: direct where the server cannot rename', async () => {
  const partner = await startPartner();
  partner.server.fault({ on: 'RNFR', do: { kind: 'reply', code: 502, text: 'command not implemented' } });

  const { diagnosis } = await runDoctor(ledger.table, partner, { write: '/orders' });

  expect(findStep(diagnosis, 'rename')).toMatchObject({
    level: 'error',
    found: expect.stringContaining('502'),
  });
  expect(settingsByPath(diagnosis)).toEqual({ 'flows.orders.delivery': 'direct' });
});

test('Suggests overwrite: delete-first where the server refuses RNTO to an existing file', async () => {
  const partner = await startPartner({ server: { features: { renameReplaces: false } } });

  const { diagnosis } = await runDoctor(ledger.table, partner, { write: '/orders' });

  expect(diagnosis.verdict).toBe('errors');
  expect(findStep(diagnosis, 'rename-over')).toMatchObject({
    level: 'error',
    found: expect.stringContaining('550'),
  });
  expect(settingsByPath(diagnosis)).toEqual({ 'flows.orders.overwrite': 'delete-first' });
});

test('Warns about the same server where no flow replaces files', async () => {
  const flows = { files: {}, orders: { direction: 'push', overwrite: 'refuse' } };
  const partner = await startPartner({ flows, server: { features: { renameReplaces: false } } });

  const { diagnosis } = await runDoctor(ledger.table, partner, { write: '/orders' });

  expect(diagnosis.verdict).toBe('healthy');
  expect(levelsNotOk(diagnosis)).toEqual({ 'rename-over': 'warning' });
});

test('Reports a server whose hash differs from that of the bytes', async () => {
  const partner = await startPartner({ server: { features: { hashes: ['XMD5'] } } });
  partner.server.fault({ on: 'XMD5', do: { kind: 'reply', code: 250, text: 'ab'.repeat(16) } });

  const { diagnosis } = await runDoctor(ledger.table, partner, { write: '/orders' });

  expect(findStep(diagnosis, 'hash').level).toBe('error');
});

test.each([
  [-40, 'warning', {}],
  [120, 'error', { 'connection.timeZoneOf': 'all' }],
  [-300, 'error', { 'connection.timeZoneOf': 'all' }],
])(
  'Reports times of MLSD and MDTM that are %i minutes ahead of our clock with level %s and settings %j',
  async (localTimeOffsetMinutes, level, settings) => {
    const features = { localTimeInFacts: true, localTimeOffsetMinutes };
    const partner = await startPartner({ server: { features }, connection: { maxConnections: 1 } });

    const { diagnosis } = await runDoctor(ledger.table, partner, { write: '/orders' });

    expect(findStep(diagnosis, 'clock').level).toBe(level);
    expect(settingsByPath(diagnosis)).toMatchObject(settings);
  },
);
