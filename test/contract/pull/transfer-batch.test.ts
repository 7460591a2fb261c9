import { afterEach, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { transferActionSchema } from '../../../lambdas/contract/plan-documents.ts';
import { documentNames } from '../../../lambdas/contract/run-folder.ts';
import { type Batch, type Cursor, firstCursor } from '../../../lambdas/contract/workflow.ts';
import { giveBackSlot } from '../../../lambdas/ledger/connection-slots.ts';
import { transferRate } from '../../../lambdas/ledger/rate.ts';
import { findRunByOwner } from '../../../lambdas/ledger/run-record.ts';
import { transferBatch } from '../../../lambdas/pull/transfer-batch.ts';
import type { Deadline } from '../../../lambdas/runtime/deadline.ts';
import { currentObject } from '../../../lambdas/s3/read-object.ts';
import type { ListingLine } from '../../../lambdas/sync/listing.ts';
import { startTestPartner } from '../../support/stage/test-partner.ts';
import { fileLine, hurried, type TestRun, unhurried, usePullScene } from './pull-scene.ts';

const scene = usePullScene();
const acme = await startTestPartner('acme', { flows: { in: {} } });
const { connection } = z.object({ connection: z.record(z.string(), z.unknown()) }).parse(acme.document);
const modified = new Date('2026-11-19T12:00:00Z');

afterEach(() => acme.server.clearFaults());

/** Puts files at the partner, and lists them as it would. */
function serve(sizes: Readonly<Record<string, number>>): ListingLine[] {
  return Object.entries(sizes).map(([path, size]) => {
    acme.tree.put(`/in/${path}`, { content: 'x'.repeat(size), modified });
    return fileLine(path, size);
  });
}

/** A planned run with these files. */
async function planned(sizes: Readonly<Record<string, number>>, maxConnections = 4): Promise<TestRun> {
  const test = await scene.begin({ connection: { ...connection, maxConnections } });
  await scene.list(test, serve(sizes));
  await scene.plan(test);
  return test;
}

/** All of the manifest's first document, or what is left of it behind some of its lines. */
async function batchOf(test: TestRun, share: Partial<Batch> = {}): Promise<Batch> {
  const key = `${test.folder}${documentNames.manifest}000000.jsonl`;
  const { sizeBytes: length = 0 } = (await currentObject(scene.runs, key)) ?? {};
  const files = await scene.manifest(test);
  return { index: 0, document: 0, offset: 0, length, files: files.length, bytes: 0, ...share };
}

async function transfer(test: TestRun, batch: Batch, cursor: Cursor, deadline: Deadline): Promise<Cursor> {
  return await transferBatch({ run: test.run, batch, cursor }, scene.systems(test, deadline));
}

/** Beginning is over once so many files have been begun. */
function beginning(count: number): Deadline {
  let asked = 0;
  return { ...unhurried, remainingMs: () => (asked++ < count ? 900_000 : 0) };
}

/** An invocation that is cut off while its files are under way. */
function cutOffAfter(ms: number): Deadline {
  return { ...unhurried, signal: AbortSignal.timeout(ms) };
}

/** Half of the time is over, and nobody waits for a connection any more. */
const lateInvocation: Deadline = { ...unhurried, remainingMs: () => 400_000 };

describe('a batch', () => {
  it('is transferred file by file, and each is told', async () => {
    const test = await planned({ 'all/1.csv': 10, 'all/2.csv': 0, 'all/3.csv': 30 });

    const cursor = await transfer(test, await batchOf(test), firstCursor, unhurried);

    expect(cursor).toMatchObject({ done: true, round: 1 });
    expect((await scene.outcomes(test)).toSorted()).toEqual([
      'all/1.csv transferred',
      'all/2.csv transferred',
      'all/3.csv transferred',
    ]);
  });

  it('is no more of the manifest than its own lines', async () => {
    const test = await planned({ 'part/1.csv': 1, 'part/2.csv': 1, 'part/3.csv': 1 });
    const whole = await batchOf(test);
    const lineBytes = whole.length / 3;

    const share = { index: 7, offset: lineBytes, length: lineBytes, files: 1 };
    await transfer(test, { ...whole, ...share }, firstCursor, unhurried);

    expect(await scene.outcomes(test)).toEqual(['part/2.csv transferred']);
    const key = `${test.folder}${documentNames.outcomes}000007-000000.jsonl`;
    expect(await currentObject(scene.runs, key)).toBeDefined();
  });

  it('without files is done, and nobody logs in for it', async () => {
    const test = await planned({ 'none/1.csv': 1 });
    const before = acme.server.log.length;

    const cursor = await transfer(test, await batchOf(test, { length: 0, files: 0 }), firstCursor, unhurried);

    expect(cursor.done).toBe(true);
    expect(acme.server.log.length).toBe(before);
  });

  it('goes on behind the files that the invocation before has begun', async () => {
    const test = await planned({ 'on/1.csv': 1, 'on/2.csv': 1, 'on/3.csv': 1, 'on/4.csv': 1 }, 1);
    const batch = await batchOf(test);
    const retrieved = acme.server.transfers.length;

    const cursors: Cursor[] = [];
    for (let cursor: Cursor = firstCursor; !cursor.done; ) {
      cursor = await transfer(test, batch, cursor, beginning(3));
      cursors.push(cursor);
    }

    expect(cursors.length).toBeGreaterThan(1);
    expect(cursors.at(-1)?.next).toBe(batch.length);
    expect(await scene.outcomes(test)).toHaveLength(4);
    expect(acme.server.transfers.length - retrieved).toBe(4);
  });

  it('begins nothing where the invocation has no time for it', async () => {
    const test = await planned({ 'late/1.csv': 1 });

    const cursor = await transfer(test, await batchOf(test), firstCursor, hurried);

    expect(cursor).toEqual({ done: false, next: 0, round: 1 });
    expect(await scene.outcomes(test)).toEqual([]);
  });
});

describe('a file that the end of an invocation cuts off', () => {
  it('is the first of the next invocation, and told once', async () => {
    const test = await planned({ 'cut/1.csv': 1, 'cut/2.csv': 1 });
    const batch = await batchOf(test);
    acme.server.fault({ on: 'RETR', path: '/in/cut/1.csv', times: 1, do: { kind: 'no-final-reply' } });

    const first = await transfer(test, batch, firstCursor, cutOffAfter(1500));
    const second = await transfer(test, batch, first, unhurried);

    expect([first.done, second.done]).toEqual([false, true]);
    expect(await scene.outcomes(test)).toEqual(['cut/2.csv transferred', 'cut/1.csv transferred']);
  });

  it('goes by slices where it is large and had an invocation to itself', async () => {
    const size = 16 * 1024 * 1024;
    const test = await planned({ 'slow/large.bin': size });
    const batch = await batchOf(test);
    acme.server.fault({ on: 'RETR', path: '/in/slow/large.bin', do: { kind: 'no-final-reply' } });

    const first = await transfer(test, batch, firstCursor, cutOffAfter(1500));
    const second = await transfer(test, batch, first, cutOffAfter(1500));

    expect([first.done, second.done]).toEqual([false, true]);
    expect(await scene.outcomes(test)).toEqual([]);
    const big = await scene.lines(test, documentNames.bigFiles, transferActionSchema);
    expect(big.map(({ file }) => file.path)).toEqual(['/in/slow/large.bin']);
  });
});

describe('while other flows have all connections', () => {
  async function occupied(test: TestRun): Promise<() => Promise<void>> {
    const slots = [0, 1, 2, 3].map((number) => ({ partner: test.run.partner, number, holder: 'another' }));
    for (const slot of slots) await scene.occupy(slot);
    return async () => {
      for (const slot of slots) await giveBackSlot(scene.table, slot, Date.now());
    };
  }

  it('a worker answers with the same place, and no file has failed', async () => {
    const test = await planned({ 'busy/1.csv': 1 });
    const batch = await batchOf(test);
    const leave = await occupied(test);

    let cursor: Cursor = firstCursor;
    for (let round = 0; round < 4; round++) cursor = await transfer(test, batch, cursor, lateInvocation);
    const during = await scene.outcomes(test);
    await leave();
    const after = await transfer(test, batch, cursor, unhurried);

    expect(cursor).toMatchObject({ done: false, round: 4 });
    expect(during).toEqual([]);
    expect(after.done).toBe(true);
    expect(await scene.outcomes(test)).toEqual(['busy/1.csv transferred']);
  });
});

describe('what a worker tells besides', () => {
  it('is how fast it was, so that the rate of the partner is another one', async () => {
    const before = await transferRate(scene.table, (await scene.begin()).run.partner);
    const test = await planned({ 'rate/1.csv': 1, 'rate/2.csv': 1 });

    await transfer(test, await batchOf(test), firstCursor, unhurried);

    expect(await transferRate(scene.table, test.run.partner)).not.toEqual(before);
  });

  it('is added to the progress of the run, beside what other workers add', async () => {
    const test = await planned({ 'sum/1.csv': 10, 'sum/2.csv': 20 });
    const whole = await batchOf(test);
    const half = { length: whole.length / 2, files: 1 };

    await Promise.all([
      transfer(test, { ...whole, ...half }, firstCursor, unhurried),
      transfer(test, { ...whole, ...half, index: 1, offset: whole.length / 2 }, firstCursor, unhurried),
    ]);

    const record = await findRunByOwner(scene.table, test.run, { owner: test.run.owner, mode: 'run' });
    expect(record?.progress).toMatchObject({ files: 2, filesTotal: 2, bytes: 30, bytesTotal: 30 });
  });

  it('is what it had done when the partner failed, though it is tried again', async () => {
    const test = await planned({ 'fail/1.csv': 1, 'fail/2.csv': 1 }, 1);
    const batch = await batchOf(test);
    acme.server.fault({ on: 'RETR', path: '/in/fail/2.csv', do: { kind: 'cut-control', when: 'before' } });
    acme.server.fault({
      on: 'PASS',
      after: 1,
      do: { kind: 'reply', code: 530, text: 'Login incorrect.' },
    });

    const failing = transfer(test, batch, firstCursor, unhurried);

    await expect(failing).rejects.toMatchObject({ kind: 'login-refused' });
    expect(await scene.outcomes(test)).toEqual(['fail/1.csv transferred']);
  });
});
