import { expect, test } from 'vitest';
import { startTestPartner } from '../../support/partner/test-partner.ts';
import { sha256 } from '../../support/sha256.ts';
import { startTestStage } from '../../support/stage/test-stage.ts';

const minuteMs = 60_000;
const acme = await startTestPartner('acme', {
  flows: {
    young: { settled: { minAge: '10m' } },
    ahead: { settled: { minAge: '10m' } },
    twice: { settled: { minAge: '0s', unchangedListings: 2 } },
    growing: { settled: { minAge: '0s', unchangedListings: 2 } },
    marked: { settled: { minAge: '0s', doneFile: '{name}.done' } },
    stemmed: { settled: { minAge: '0s', doneFile: '{stem}.ok' } },
    stale: { settled: { minAge: '0s', doneFile: '{name}.done' }, after: 'delete' },
    planned: { settled: { minAge: '0s', unchangedListings: 2 } },
  },
});
const { tree } = acme;
/** Its listing has minutes. */
const oldServer = await startTestPartner('old', {
  server: { features: { mlsd: false } },
  flows: { 'same-minute': { settled: { minAge: '0s', doneFile: '{name}.done' } } },
});
const { flow } = await startTestStage([acme, oldServer]);

function minutesAgo(minutes: number): Date {
  return new Date(Date.now() - minutes * minuteMs);
}

test('A file that was just written is held until it has aged', async () => {
  tree.put('/young/old.csv', { content: 'o', modified: minutesAgo(11) });
  tree.put('/young/young.csv', { content: 'y', modified: minutesAgo(9) });

  const first = await flow('acme', 'young').pull();
  tree.put('/young/young.csv', { content: 'y', modified: minutesAgo(11) });
  const second = await flow('acme', 'young').pull();

  expect([first.exitCode, second.exitCode]).toEqual([0, 0]);
  expect(first.outcomes).toEqual({ 'old.csv': 'transferred', 'young.csv': 'held min-age-not-reached' });
  expect(second.outcomes).toEqual({ 'young.csv': 'transferred' });
});

test('A file with a date in the future is held by the time since it was first listed', async () => {
  tree.put('/ahead/a.csv', { content: 'a', modified: minutesAgo(-60 * 24 * 30) });

  const { exitCode, outcomes } = await flow('acme', 'ahead').pull();

  expect(exitCode).toBe(0);
  expect(outcomes).toEqual({ 'a.csv': 'held modified-time-in-future' });
});

test('`unchangedListings: 2` transfers a file in the second run that lists it', async () => {
  tree.put('/twice/a.csv', { content: 'a' });

  const first = await flow('acme', 'twice').pull();
  const second = await flow('acme', 'twice').pull();
  const third = await flow('acme', 'twice').pull();

  expect(first.outcomes).toEqual({ 'a.csv': 'held unchanged-listings-not-reached' });
  expect(second.outcomes).toEqual({ 'a.csv': 'transferred' });
  expect(third.report).toMatchObject({ transferred: 0, skipped: 1 });
});

test('A file that grows between two listings is held again', async () => {
  tree.put('/growing/a.csv', { content: 'a' });
  await flow('acme', 'growing').pull();
  tree.put('/growing/a.csv', { content: 'aa' });

  const grown = await flow('acme', 'growing').pull();
  const settled = await flow('acme', 'growing').pull();

  expect(grown.outcomes).toEqual({ 'a.csv': 'held unchanged-listings-not-reached' });
  expect(settled.outcomes).toEqual({ 'a.csv': 'transferred' });
  expect(await flow('acme', 'growing').visible()).toEqual({ 'a.csv': sha256('aa') });
});

test('A plan does not count as an observation', async () => {
  tree.put('/planned/a.csv', { content: 'a' });
  await flow('acme', 'planned').plan();
  await flow('acme', 'planned').plan();

  const { outcomes } = await flow('acme', 'planned').pull();

  expect(outcomes).toEqual({ 'a.csv': 'held unchanged-listings-not-reached' });
});

test('A file is held until its done file exists, and the done file is not transferred', async () => {
  tree.put('/marked/a.csv', { content: 'a' }).put('/marked/a.csv.done', { content: '' });
  tree.put('/marked/b.csv', { content: 'b' });

  const first = await flow('acme', 'marked').pull();
  tree.put('/marked/b.csv.done', { content: '' });
  const second = await flow('acme', 'marked').pull();

  expect(first.outcomes).toEqual({
    'a.csv': 'transferred',
    'a.csv.done': 'skipped done-file',
    'b.csv': 'held done-file-missing',
  });
  expect(second.outcomes).toMatchObject({ 'b.csv': 'transferred' });
  expect(await flow('acme', 'marked').visible()).toEqual({ 'a.csv': sha256('a'), 'b.csv': sha256('b') });
});

test('A done file can be named by the stem of the file', async () => {
  tree.put('/stemmed/a.csv', { content: 'a' }).put('/stemmed/a.ok', { content: '' });

  const { outcomes } = await flow('acme', 'stemmed').pull();

  expect(outcomes).toEqual({ 'a.csv': 'transferred', 'a.ok': 'skipped done-file' });
});

test('A done file settles the version that it was written for, and no later one', async () => {
  const half = 'tuesday, first half;';
  tree.put('/stale/a.csv', { content: 'monday', modified: minutesAgo(60) });
  tree.put('/stale/a.csv.done', { content: '', modified: minutesAgo(60) });
  const monday = await flow('acme', 'stale').pull();
  // The partner writes the file again, and stalls. The done file of the day before is still there.
  tree.put('/stale/a.csv', { content: half, modified: minutesAgo(5) });

  const stalled = await flow('acme', 'stale').pull();
  const left = tree.bytesOf('/stale/a.csv').toString();
  tree.put('/stale/a.csv', { content: `${half} second half`, modified: minutesAgo(4) });
  tree.put('/stale/a.csv.done', { content: '', modified: minutesAgo(3) });
  const tuesday = await flow('acme', 'stale').pull();

  expect(monday.outcomes).toMatchObject({ 'a.csv': 'transferred' });
  expect(stalled.outcomes).toMatchObject({ 'a.csv': 'held done-file-outdated' });
  expect(left).toBe(half);
  expect(tuesday.outcomes).toMatchObject({ 'a.csv': 'transferred' });
  expect(await flow('acme', 'stale').visible()).toEqual({ 'a.csv': sha256(`${half} second half`) });
});

test('A done file that cannot be told from the one of the version before settles nothing', async () => {
  const modified = minutesAgo(60);
  oldServer.tree.put('/same-minute/a.csv', { content: 'monday', modified });
  oldServer.tree.put('/same-minute/a.csv.done', { content: '', modified });
  const first = await flow('old', 'same-minute').pull();
  oldServer.tree.put('/same-minute/a.csv', { content: 'tuesday, first half;', modified });

  const stalled = await flow('old', 'same-minute').pull();

  expect(first.outcomes).toMatchObject({ 'a.csv': 'transferred' });
  expect(stalled.outcomes).toMatchObject({ 'a.csv': 'held done-file-used' });
});
