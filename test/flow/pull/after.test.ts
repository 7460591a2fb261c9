import { expect, test } from 'vitest';
import { startTestPartner } from '../../support/partner/test-partner.ts';
import { sha256 } from '../../support/sha256.ts';
import { startTestStage } from '../../support/stage/test-stage.ts';

const archive = { after: { move: '/archive/{yyyy}/{MM}/' } };
const acme = await startTestPartner('acme', {
  flows: {
    deleted: { after: 'delete' },
    failing: { after: 'delete' },
    moved: archive,
    'moved-twice': archive,
    replaced: { after: 'delete' },
    interrupted: { after: 'delete' },
    stubborn: { after: 'delete' },
    counted: { after: 'delete' },
    kept: { after: 'keep' },
  },
});
const { tree, server } = acme;
const { flow } = await startTestStage([acme]);

/** The paths of all files below a directory of the partner, sorted. */
async function listFiles(path: string): Promise<readonly string[]> {
  const found: string[] = [];
  for (const { name, entry } of await tree.list(path)) {
    const below = `${path}/${name}`;
    if (entry.kind === 'directory') found.push(...(await listFiles(below)));
    else found.push(below);
  }
  return found.toSorted();
}

function firstIndex(command: string, path: string): number {
  return server.log.findIndex((entry) => entry.command === command && entry.argument.startsWith(path));
}

test('`after: keep` leaves the files at the partner', async () => {
  tree.put('/kept/a.csv', { content: 'a' });

  const run = await flow('acme', 'kept').pull();

  expect(run.report).toMatchObject({ disposed: 0, notDisposed: 0 });
  expect(await listFiles('/kept')).toEqual(['/kept/a.csv']);
});

test('`after: delete` deletes a file at the partner once it is in the bucket', async () => {
  tree.put('/deleted/a.csv', { content: 'a' }).put('/deleted/deep/b.csv', { content: 'b' });

  const run = await flow('acme', 'deleted').pull();
  const next = await flow('acme', 'deleted').pull();

  expect(run.exitCode).toBe(0);
  expect(run.report).toMatchObject({ transferred: 2, disposed: 2, notDisposed: 0 });
  expect(await listFiles('/deleted')).toEqual([]);
  expect(await flow('acme', 'deleted').visible()).toEqual({
    'a.csv': sha256('a'),
    'deep/b.csv': sha256('b'),
  });
  expect(next.exitCode).toBe(0);
  expect(firstIndex('DELE', '/deleted/a.csv')).toBeGreaterThan(firstIndex('RETR', '/deleted/a.csv'));
});

test('The guard ignores files that the product disposed of', async () => {
  for (let number = 1; number <= 12; number++) tree.put(`/counted/${number}.csv`, { content: 'c' });
  await flow('acme', 'counted').pull();

  const { exitCode, report } = await flow('acme', 'counted').pull();

  expect(exitCode).toBe(0);
  expect(report).toMatchObject({ status: 'succeeded', listed: 0 });
});

test('A failed file stays at the partner', async () => {
  tree.put('/failing/a.csv', { content: 'a' }).put('/failing/b.csv', { content: 'b' });
  server.fault({ on: 'RETR', path: '/failing/b.csv', do: { kind: 'reply', code: 550, text: 'No.' } });

  const run = await flow('acme', 'failing').pull();

  expect(run.exitCode).toBe(1);
  expect(await listFiles('/failing')).toEqual(['/failing/b.csv']);
});

test('`after: move` moves a file to the dated directory and keeps its relative path', async () => {
  tree.put('/moved/deep/a.csv', { content: 'a' });
  const [year, month] = new Date().toISOString().split('-');

  const run = await flow('acme', 'moved').pull();

  expect(run.exitCode).toBe(0);
  expect(run.report).toMatchObject({ disposed: 1 });
  expect(await listFiles('/moved')).toEqual([]);
  expect(tree.bytesOf(`/archive/${year}/${month}/deep/a.csv`).toString()).toBe('a');
});

test('A file of the same name in the archive is not overwritten', async () => {
  tree.put('/moved-twice/a.csv', { content: 'first' });
  await flow('acme', 'moved-twice').pull();
  tree.put('/moved-twice/a.csv', { content: 'second' });
  const [year, month] = new Date().toISOString().split('-');

  const { report } = await flow('acme', 'moved-twice').pull();

  const archived = `/archive/${year}/${month}/a.csv`;
  expect(tree.bytesOf(archived).toString()).toBe('first');
  expect(tree.bytesOf(`${archived}.${report.run}`).toString()).toBe('second');
  expect(await listFiles('/moved-twice')).toEqual([]);
});

test('A file that was replaced after its transfer stays, and the next run transfers it', async () => {
  tree.put('/replaced/a.csv', { content: 'old' });
  // The third SIZE is the check before the file is deleted; the first two come before and after the transfer.
  server.fault({
    on: 'SIZE',
    path: '/replaced/a.csv',
    after: 2,
    times: 1,
    do: { kind: 'beforehand', change: () => tree.put('/replaced/a.csv', { content: 'a new one' }) },
  });

  const first = await flow('acme', 'replaced').pull();
  const second = await flow('acme', 'replaced').pull();

  expect(await flow('acme', 'replaced').disposed(first)).toMatchObject([{ outcome: 'kept' }]);
  expect(first.exitCode).toBe(1);
  expect(second.outcomes).toEqual({ 'a.csv': 'transferred' });
  expect(await flow('acme', 'replaced').visible()).toEqual({ 'a.csv': sha256('a new one') });
  expect(await listFiles('/replaced')).toEqual([]);
});

test('The next run disposes of what a run could not, without a second transfer', async () => {
  tree.put('/stubborn/a.csv', { content: 'a' });
  server.fault({
    on: 'DELE',
    path: '/stubborn/a.csv',
    times: 1,
    do: { kind: 'reply', code: 550, text: 'Busy.' },
  });

  const first = await flow('acme', 'stubborn').pull();
  const second = await flow('acme', 'stubborn').pull();

  expect(first.exitCode).toBe(1);
  expect(first.report).toMatchObject({ transferred: 1, disposed: 0, notDisposed: 1 });
  expect(second.exitCode).toBe(0);
  expect(second.report).toMatchObject({ transferred: 0, disposed: 1 });
  expect(await listFiles('/stubborn')).toEqual([]);
});

test('A connection lost right after DELE is opened again, and the file counts as disposed', async () => {
  for (let number = 1; number <= 6; number++) tree.put(`/interrupted/${number}.csv`, { content: 'i' });
  server.fault({
    on: 'DELE',
    path: '/interrupted/3.csv',
    times: 1,
    do: { kind: 'cut-control', when: 'after', with: 'reset' },
  });

  const first = await flow('acme', 'interrupted').pull();
  const second = await flow('acme', 'interrupted').pull();

  expect(first.exitCode).toBe(0);
  expect(first.report).toMatchObject({ transferred: 6, disposed: 6, notDisposed: 0 });
  expect(await listFiles('/interrupted')).toEqual([]);
  expect(second.exitCode).toBe(0);
});
