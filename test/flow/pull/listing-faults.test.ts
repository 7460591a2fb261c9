import { expect, test } from 'vitest';
import { startTestPartner } from '../../support/partner/test-partner.ts';
import { sha256 } from '../../support/sha256.ts';
import { startTestStage } from '../../support/stage/test-stage.ts';

const flowNames = [
  ...['emptied', 'accepted', 'shrunk', 'missing', 'cut', 'cut-once', 'failing', 'unlisted', 'truncated'],
  ...['garbage', 'unreadable', 'guarded', 'deep'],
];
const acme = await startTestPartner('acme', {
  flows: Object.fromEntries(flowNames.map((name) => [name, {}])),
});
/** A server without MLSD, with a LIST for human readers. */
const old = await startTestPartner('old', { server: { features: { mlsd: false } } });
const { tree, server } = acme;
const { flow } = await startTestStage([acme, old]);

function putMany(directory: string, count: number): void {
  for (let number = 1; number <= count; number++) {
    tree.put(`${directory}/${number}.csv`, { content: `${number}` });
  }
}

test('An empty listing after good ones halts the run until an operator accepts it', async () => {
  putMany('/emptied', 3);
  await flow('acme', 'emptied').pull();
  const entries = await flow('acme', 'emptied').entries();
  for (const number of [1, 2, 3]) tree.delete(`/emptied/${number}.csv`);

  const halted = await flow('acme', 'emptied').pull();
  const haltedAgain = await flow('acme', 'emptied').pull();
  const accepted = await flow('acme', 'emptied').pull({ acceptListing: true });
  const after = await flow('acme', 'emptied').pull();

  expect([halted, haltedAgain, accepted, after].map(({ exitCode }) => exitCode)).toEqual([3, 3, 0, 0]);
  expect(halted.cause).toMatchObject({ error: 'empty-listing' });
  expect(halted.cause?.message).toContain('--accept-listing');
  expect(await flow('acme', 'emptied').entries()).toEqual(entries);
});

test('A much shorter listing halts the run before any transfer', async () => {
  putMany('/shrunk', 12);
  await flow('acme', 'shrunk').pull();
  for (let number = 1; number <= 8; number++) tree.delete(`/shrunk/${number}.csv`);
  tree.put('/shrunk/new.csv', { content: 'new' });

  const halted = await flow('acme', 'shrunk').pull();

  expect(halted.exitCode).toBe(3);
  expect(halted.cause).toMatchObject({ error: 'listing-shrunk' });
  expect(await flow('acme', 'shrunk').visible()).not.toHaveProperty('new.csv');
});

test('A run with an accepted listing transfers its files', async () => {
  putMany('/accepted', 12);
  await flow('acme', 'accepted').pull();
  for (let number = 1; number <= 8; number++) tree.delete(`/accepted/${number}.csv`);
  tree.put('/accepted/new.csv', { content: 'new' });
  await flow('acme', 'accepted').pull();

  const { exitCode, outcomes } = await flow('acme', 'accepted').pull({ acceptListing: true });

  expect(exitCode).toBe(0);
  expect(outcomes).toEqual({ 'new.csv': 'transferred' });
});

test('A few missing files do not halt the run', async () => {
  putMany('/missing', 12);
  await flow('acme', 'missing').pull();
  tree.delete('/missing/1.csv').delete('/missing/2.csv');

  const { exitCode } = await flow('acme', 'missing').pull();

  expect(exitCode).toBe(0);
});

test('A listing that is cut off once is requested again', async () => {
  putMany('/cut-once', 3);
  server.fault({
    on: 'MLSD',
    path: '/cut-once',
    times: 1,
    do: { kind: 'cut-data', afterBytes: 100, with: 'fin', code: 426, text: 'Connection closed.' },
  });

  const { exitCode, report } = await flow('acme', 'cut-once').pull();

  expect(exitCode).toBe(0);
  expect(report).toMatchObject({ listed: 3, transferred: 3, incompleteDirectories: 0 });
});

test.for(['fin', 'close-notify'] as const)(
  'A directory whose listing is always cut off (%s, then 226) is reported, and does not count as shorter',
  async (ending) => {
    putMany('/cut', 20);
    const clear = server.fault({
      on: 'MLSD',
      path: '/cut',
      do: { kind: 'cut-data', afterBytes: 250, with: ending },
    });

    const broken = await flow('acme', 'cut').pull();
    clear();
    const whole = await flow('acme', 'cut').pull();

    expect(broken.exitCode).toBe(1);
    expect(broken.report.incompleteDirectories).toBe(1);
    expect(await flow('acme', 'cut').listingErrors(broken)).toEqual(['/cut: cut-short']);
    expect(whole.exitCode).toBe(0);
    expect(Object.keys(await flow('acme', 'cut').visible())).toHaveLength(20);
  },
);

test('A subdirectory whose listing always fails is reported, and the other files arrive', async () => {
  tree.put('/failing/a.csv', { content: 'a' }).put('/failing/below/b.csv', { content: 'b' });
  server.fault({
    on: 'MLSD',
    path: '/failing/below',
    do: { kind: 'cut-data', afterBytes: 10, with: 'reset', code: 426, text: 'Connection closed.' },
  });

  const run = await flow('acme', 'failing').pull();

  expect(run.exitCode).toBe(1);
  expect(run.outcomes).toEqual({ 'a.csv': 'transferred' });
  expect(await flow('acme', 'failing').listingErrors(run)).toEqual(['/failing/below: failed']);
});

test('A remote directory that cannot be listed fails the run, and does not count as empty', async () => {
  putMany('/unlisted', 3);
  await flow('acme', 'unlisted').pull();
  server.fault({ on: 'MLSD', path: '/unlisted', do: { kind: 'reply', code: 451, text: 'Local error.' } });

  const run = await flow('acme', 'unlisted').pull();

  expect(run.exitCode).toBe(6);
  expect(run.cause).toMatchObject({ error: 'unavailable' });
  expect(run.cause?.message).toContain('451 Local error.');
});

test('A listing that the server marks as truncated counts as incomplete', async () => {
  putMany('/truncated', 5);
  const clear = server.fault({
    on: 'MLSD',
    path: '/truncated',
    do: { kind: 'short-listing', lines: 4, text: 'Output truncated to 4 matches' },
  });

  const short = await flow('acme', 'truncated').pull();
  clear();
  const whole = await flow('acme', 'truncated').pull();

  expect(short.exitCode).toBe(1);
  expect(await flow('acme', 'truncated').listingErrors(short)).toEqual(['/truncated: truncated-by-server']);
  expect(whole.exitCode).toBe(0);
  expect(Object.keys(await flow('acme', 'truncated').visible())).toHaveLength(5);
});

test('Unparsed lines are kept and reported, and the others count', async () => {
  tree.put('/garbage/a.csv', { content: 'a' });
  server.fault({
    on: 'MLSD',
    path: '/garbage',
    do: { kind: 'garbage-lines', lines: ['*** welcome ***', 'size=12'] },
  });

  const run = await flow('acme', 'garbage').pull();

  expect(run.exitCode).toBe(1);
  expect(run.outcomes).toEqual({ 'a.csv': 'transferred' });
  expect(await flow('acme', 'garbage').listingErrors(run)).toEqual([
    '/garbage: line-not-understood',
    '/garbage: line-not-understood',
  ]);
});

test('Unparsed LIST lines are kept and reported too', async () => {
  old.tree.put('/files/a.csv', { content: 'a' });
  old.server.fault({
    on: 'LIST',
    do: { kind: 'garbage-lines', lines: ['total 17', '~~ quota: 12 of 40 GB ~~'] },
  });

  const run = await flow('old').pull();

  expect(run.exitCode).toBe(1);
  expect(run.outcomes).toEqual({ 'a.csv': 'transferred' });
  expect(await flow('old').listingErrors(run)).toEqual(['/files: line-not-understood']);
});

test('An unreadable subdirectory is reported, and the other files arrive', async () => {
  tree.put('/unreadable/a.csv', { content: 'a' });
  tree.putDirectory('/unreadable/closed', { unreadable: true });

  const run = await flow('acme', 'unreadable').pull();

  expect(run.exitCode).toBe(1);
  expect(run.report).toMatchObject({ status: 'incomplete', transferred: 1, incompleteDirectories: 1 });
  expect(await flow('acme', 'unreadable').listingErrors(run)).toEqual(['/unreadable/closed: denied']);
  expect(await flow('acme', 'unreadable').visible()).toEqual({ 'a.csv': sha256('a') });
});

test('The guard ignores an incomplete listing', async () => {
  putMany('/guarded/many', 20);
  await flow('acme', 'guarded').pull();
  tree.putDirectory('/guarded/many', { unreadable: true });

  const unread = await flow('acme', 'guarded').pull();
  tree.delete('/guarded/many');
  const emptied = await flow('acme', 'guarded').pull();

  expect([unread.exitCode, emptied.exitCode]).toEqual([1, 3]);
});

test('Nested directories are followed down to a maximum depth', async () => {
  tree.put('/deep/a.csv', { content: 'a' });
  tree.put(`/deep${'/d'.repeat(70)}/b.csv`, { content: 'b' });

  const run = await flow('acme', 'deep').pull();

  expect(run.exitCode).toBe(1);
  expect(run.outcomes).toEqual({ 'a.csv': 'transferred' });
  expect(await flow('acme', 'deep').listingErrors(run)).toEqual([expect.stringMatching(/: too-deep$/)]);
});
