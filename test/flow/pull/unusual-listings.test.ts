import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { startTestPartner } from '../../support/partner/test-partner.ts';
import { startTestStage } from '../../support/stage/test-stage.ts';

/** A server without MLSD, whose lines are those of others. Like IIS, it finds names with more blanks. */
const old = await startTestPartner('old', {
  server: { features: { mlsd: false, trimsNames: true } },
  flows: { heads: {}, months: {}, ibm: {}, years: {} },
});
const { tree, server } = old;
const { flow } = await startTestStage([old]);

/** With years that are over, whenever the test runs. */
function listedAs(path: string, fixture: string): void {
  const file = join(import.meta.dirname, `../../fixtures/listings/${fixture}.txt`);
  const text = readFileSync(file, 'utf8').trimEnd();
  const lines = text.replaceAll('/26 ', '/20 ').replaceAll(' 2026 ', ' 2020 ').split('\n');
  server.fault({ on: 'LIST', path, do: { kind: 'listing-lines', lines } });
}

/** The last time that a line without a year can mean. */
function lastTime(monthAndTime: string): Date {
  const now = new Date();
  const thisYear = new Date(`${now.getUTCFullYear()}-${monthAndTime}Z`);
  return thisYear <= now ? thisYear : new Date(`${now.getUTCFullYear() - 1}-${monthAndTime}Z`);
}

function put(path: string, sizeBytes: number, modified: Date): void {
  tree.put(path, { content: 'x'.repeat(sizeBytes), modified });
}

test('Heads and totals that are no entries leave a run complete', async () => {
  put('/heads/a.csv', 4, lastTime('11-20T08:10:00'));
  put('/heads/b.csv', 8, lastTime('11-20T08:10:00'));
  listedAs('/heads', 'heads-and-totals');

  const run = await flow('old', 'heads').pull();

  expect(run.exitCode).toBe(0);
  expect(run.report).toMatchObject({ listed: 2, transferred: 2, incompleteDirectories: 0 });
  expect(run.outcomes).toEqual({ 'a.csv': 'transferred', 'b.csv': 'transferred' });
});

test('Month names of other languages are read', async () => {
  put('/months/bericht-1.csv', 531, lastTime('09-26T20:10:00'));
  put('/months/bericht-2.csv', 531, lastTime('07-26T20:10:00'));
  put('/months/bericht-3.csv', 531, new Date('2020-03-08T12:00:00Z'));
  listedAs('/months', 'month-names');

  const run = await flow('old', 'months').pull();

  expect(run.exitCode).toBe(0);
  expect(run.report).toMatchObject({ listed: 3, transferred: 3 });
});

test('The listing of IBM i is read without a command that changes it', async () => {
  put('/ibm/order.csv', 14, new Date('2020-11-25T08:00:11Z'));
  put('/ibm/PF1.FILE', 36_864, new Date('2020-04-16T11:23:10Z'));
  tree.putDirectory('/ibm/QOpenSys');
  listedAs('/ibm', 'ibm-i');

  const run = await flow('old', 'ibm').pull();

  expect(run.exitCode).toBe(0);
  expect(run.outcomes).toEqual({ 'PF1.FILE': 'transferred', 'order.csv': 'transferred' });
  expect(server.log.map(({ command }) => command)).not.toContain('SITE');
});

test('A file whose year stands at the left of its column is not taken again when it is half a year old', async () => {
  const written = lastTime('02-18T09:15:00');
  put('/years/D3I0_805.fmr', 531, written);
  const line = (time: string) => `-rwxrwxrwx   1 owner    group             531 Feb 18 ${time} D3I0_805.fmr`;
  const list = (time: string) =>
    server.fault({ on: 'LIST', path: '/years', do: { kind: 'listing-lines', lines: [line(time)] } });

  const clear = list('09:15');
  const young = await flow('old', 'years').pull();
  clear();
  list(`${written.getUTCFullYear()} `);
  const old = await flow('old', 'years').pull();

  expect(young.outcomes).toEqual({ 'D3I0_805.fmr': 'transferred' });
  expect(old.exitCode).toBe(0);
  expect(old.report).toMatchObject({ listed: 1, transferred: 0 });
  expect(Object.keys(await flow('old', 'years').visible())).toEqual(['D3I0_805.fmr']);
});
