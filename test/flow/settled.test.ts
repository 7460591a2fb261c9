import { expect, test } from 'vitest';
import { sha256 } from '../support/stage/sha256.ts';
import { startTestPartner } from '../support/stage/test-partner.ts';
import { startTestStage } from '../support/stage/test-stage.ts';

const minuteMs = 60_000;
const acme = await startTestPartner('acme', {
  flows: {
    young: { settled: { minAge: '10m' } },
    ahead: { settled: { minAge: '10m' } },
    twice: { settled: { minAge: '0s', unchangedListings: 2 } },
    growing: { settled: { minAge: '0s', unchangedListings: 2 } },
    marked: { settled: { minAge: '0s', doneFile: '{name}.done' } },
    stemmed: { settled: { minAge: '0s', doneFile: '{stem}.ok' } },
    planned: { settled: { minAge: '0s', unchangedListings: 2 } },
  },
});
const { tree } = acme;
const { flow } = await startTestStage([acme]);

function minutesAgo(minutes: number): Date {
  return new Date(Date.now() - minutes * minuteMs);
}

test('A file that was written a moment ago waits until it has aged', async () => {
  tree.put('/young/old.csv', { content: 'o', modified: minutesAgo(11) });
  tree.put('/young/young.csv', { content: 'y', modified: minutesAgo(9) });

  const first = await flow('acme', 'young').pull();
  tree.put('/young/young.csv', { content: 'y', modified: minutesAgo(11) });
  const second = await flow('acme', 'young').pull();

  expect([first.exitCode, second.exitCode]).toEqual([0, 0]);
  expect(first.outcomes).toEqual({ 'old.csv': 'transferred', 'young.csv': 'held too-young' });
  expect(second.outcomes).toEqual({ 'young.csv': 'transferred' });
});

test('A file with a date far ahead waits by the time that it has been seen', async () => {
  tree.put('/ahead/a.csv', { content: 'a', modified: minutesAgo(-60 * 24 * 30) });

  const { exitCode, outcomes } = await flow('acme', 'ahead').pull();

  expect(exitCode).toBe(0);
  expect(outcomes).toEqual({ 'a.csv': 'held time-unknown' });
});

test('With unchangedListings 2 the second run that sees a file takes it', async () => {
  tree.put('/twice/a.csv', { content: 'a' });

  const first = await flow('acme', 'twice').pull();
  const second = await flow('acme', 'twice').pull();
  const third = await flow('acme', 'twice').pull();

  expect(first.outcomes).toEqual({ 'a.csv': 'held not-seen-often-enough' });
  expect(second.outcomes).toEqual({ 'a.csv': 'transferred' });
  expect(third.report).toMatchObject({ transferred: 0, skipped: 1 });
});

test('A file that grows between two listings is waited for anew', async () => {
  tree.put('/growing/a.csv', { content: 'a' });
  await flow('acme', 'growing').pull();
  tree.put('/growing/a.csv', { content: 'aa' });

  const grown = await flow('acme', 'growing').pull();
  const settled = await flow('acme', 'growing').pull();

  expect(grown.outcomes).toEqual({ 'a.csv': 'held not-seen-often-enough' });
  expect(settled.outcomes).toEqual({ 'a.csv': 'transferred' });
  expect(await flow('acme', 'growing').visible()).toEqual({ 'a.csv': sha256('aa') });
});

test('A plan does not count as a sighting', async () => {
  tree.put('/planned/a.csv', { content: 'a' });
  await flow('acme', 'planned').plan();
  await flow('acme', 'planned').plan();

  const { outcomes } = await flow('acme', 'planned').pull();

  expect(outcomes).toEqual({ 'a.csv': 'held not-seen-often-enough' });
});

test('A file waits for its done file, which itself is not taken', async () => {
  tree.put('/marked/a.csv', { content: 'a' }).put('/marked/a.csv.done', { content: '' });
  tree.put('/marked/b.csv', { content: 'b' });

  const first = await flow('acme', 'marked').pull();
  tree.put('/marked/b.csv.done', { content: '' });
  const second = await flow('acme', 'marked').pull();

  expect(first.outcomes).toEqual({
    'a.csv': 'transferred',
    'a.csv.done': 'skipped done-file',
    'b.csv': 'held no-done-file',
  });
  expect(second.outcomes).toMatchObject({ 'b.csv': 'transferred' });
  expect(await flow('acme', 'marked').visible()).toEqual({ 'a.csv': sha256('a'), 'b.csv': sha256('b') });
});

test('A done file may be named by the stem of the file', async () => {
  tree.put('/stemmed/a.csv', { content: 'a' }).put('/stemmed/a.ok', { content: '' });

  const { outcomes } = await flow('acme', 'stemmed').pull();

  expect(outcomes).toEqual({ 'a.csv': 'transferred', 'a.ok': 'skipped done-file' });
});
