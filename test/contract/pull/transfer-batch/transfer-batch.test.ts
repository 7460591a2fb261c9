import { afterEach, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { transferActionSchema } from '../../../../lambdas/contract/documents/plan-documents.ts';
import { documentNames } from '../../../../lambdas/contract/documents/run-folder.ts';
import { type Batch, type Cursor, firstCursor } from '../../../../lambdas/contract/workflow.ts';
import type { ListingLine } from '../../../../lambdas/core/listing/listing.ts';
import { releaseSlot } from '../../../../lambdas/ledger/connection/connection-slots.ts';
import { transferRate } from '../../../../lambdas/ledger/connection/transfer-rate.ts';
import { findRunByOwner } from '../../../../lambdas/ledger/runs/run-record.ts';
import { transferBatch } from '../../../../lambdas/pull/transfer-batch/transfer-batch.ts';
import type { Deadline } from '../../../../lambdas/runtime/deadline.ts';
import { currentObject } from '../../../../lambdas/s3/object-versions.ts';
import { startTestPartner } from '../../../support/partner/test-partner.ts';
import { ampleTime, fileLine, noTime, type TestRun, usePullFixture } from '../pull-fixture.ts';

const fixture = usePullFixture();
const acme = await startTestPartner('acme', { flows: { in: {} } });
const { connection } = z.object({ connection: z.record(z.string(), z.unknown()) }).parse(acme.document);
const modified = new Date('2026-11-19T12:00:00Z');

afterEach(() => acme.server.clearFaults());

/** Creates files at the partner. @returns the lines of its listing. */
function serve(sizes: Readonly<Record<string, number>>): ListingLine[] {
  return Object.entries(sizes).map(([path, size]) => {
    acme.tree.put(`/in/${path}`, { content: 'x'.repeat(size), modified });
    return fileLine(path, size);
  });
}

/** A planned run with these files. */
async function planned(sizes: Readonly<Record<string, number>>, maxConnections = 4): Promise<TestRun> {
  const test = await fixture.begin({ connection: { ...connection, maxConnections } });
  await fixture.list(test, serve(sizes));
  await fixture.plan(test);
  return test;
}

/** A batch of all lines in the manifest's first document, unless `share` says otherwise. */
async function batchOf(test: TestRun, share: Partial<Batch> = {}): Promise<Batch> {
  const key = `${test.folder}${documentNames.manifest}000000.jsonl`;
  const { sizeBytes: length = 0 } = (await currentObject(fixture.runs, key)) ?? {};
  const files = await fixture.manifest(test);
  return { index: 0, document: 0, offset: 0, length, files: files.length, bytes: 0, ...share };
}

async function transfer(test: TestRun, batch: Batch, cursor: Cursor, deadline: Deadline): Promise<Cursor> {
  return await transferBatch({ run: test.run, batch, cursor }, fixture.dependencies(test, deadline));
}

/** An invocation with time to begin so many files. */
function timeToBegin(count: number): Deadline {
  let asked = 0;
  return { ...ampleTime, remainingMs: () => (asked++ < count ? 900_000 : 0) };
}

/** An invocation whose deadline comes during the transfers. */
function deadlineAfter(ms: number): Deadline {
  return { ...ampleTime, signal: AbortSignal.timeout(ms) };
}

/** Half of the time is over, after which no caller waits for a connection. */
const lateInvocation: Deadline = { ...ampleTime, remainingMs: () => 400_000 };

describe('a batch', () => {
  it('is transferred with an outcome for each file', async () => {
    const test = await planned({ 'all/1.csv': 10, 'all/2.csv': 0, 'all/3.csv': 30 });

    const cursor = await transfer(test, await batchOf(test), firstCursor, ampleTime);

    expect(cursor).toMatchObject({ done: true, round: 1 });
    expect((await fixture.outcomes(test)).toSorted()).toEqual([
      'all/1.csv transferred',
      'all/2.csv transferred',
      'all/3.csv transferred',
    ]);
  });

  it('has only its own lines of the manifest', async () => {
    const test = await planned({ 'part/1.csv': 1, 'part/2.csv': 1, 'part/3.csv': 1 });
    const whole = await batchOf(test);
    const lineBytes = whole.length / 3;

    const share = { index: 7, offset: lineBytes, length: lineBytes, files: 1 };
    await transfer(test, { ...whole, ...share }, firstCursor, ampleTime);

    expect(await fixture.outcomes(test)).toEqual(['part/2.csv transferred']);
    const key = `${test.folder}${documentNames.outcomes}000007-000000.jsonl`;
    expect(await currentObject(fixture.runs, key)).toBeDefined();
  });

  it('without files is done without a login', async () => {
    const test = await planned({ 'none/1.csv': 1 });
    const before = acme.server.log.length;

    const cursor = await transfer(test, await batchOf(test, { length: 0, files: 0 }), firstCursor, ampleTime);

    expect(cursor.done).toBe(true);
    expect(acme.server.log.length).toBe(before);
  });

  it('continues after the files that the previous invocation has begun', async () => {
    const test = await planned({ 'on/1.csv': 1, 'on/2.csv': 1, 'on/3.csv': 1, 'on/4.csv': 1 }, 1);
    const batch = await batchOf(test);
    const retrieved = acme.server.transfers.length;

    const cursors: Cursor[] = [];
    for (let cursor: Cursor = firstCursor; !cursor.done; ) {
      cursor = await transfer(test, batch, cursor, timeToBegin(3));
      cursors.push(cursor);
    }

    expect(cursors.length).toBeGreaterThan(1);
    expect(cursors.at(-1)?.next).toBe(batch.length);
    expect(await fixture.outcomes(test)).toHaveLength(4);
    expect(acme.server.transfers.length - retrieved).toBe(4);
  });

  it('begins no file where the invocation has no time', async () => {
    const test = await planned({ 'late/1.csv': 1 });

    const cursor = await transfer(test, await batchOf(test), firstCursor, noTime);

    expect(cursor).toEqual({ done: false, next: 0, round: 1 });
    expect(await fixture.outcomes(test)).toEqual([]);
  });
});

describe('a file that the deadline interrupts', () => {
  it('is the first of the next invocation, and has one outcome', async () => {
    const test = await planned({ 'cut/1.csv': 1, 'cut/2.csv': 1 });
    const batch = await batchOf(test);
    acme.server.fault({ on: 'RETR', path: '/in/cut/1.csv', times: 1, do: { kind: 'no-final-reply' } });

    const first = await transfer(test, batch, firstCursor, deadlineAfter(1500));
    const second = await transfer(test, batch, first, ampleTime);

    expect([first.done, second.done]).toEqual([false, true]);
    expect(await fixture.outcomes(test)).toEqual(['cut/2.csv transferred', 'cut/1.csv transferred']);
  });

  it('continues in slices where it is large and had an invocation to itself', async () => {
    const size = 16 * 1024 * 1024;
    const test = await planned({ 'slow/large.bin': size });
    const batch = await batchOf(test);
    acme.server.fault({ on: 'RETR', path: '/in/slow/large.bin', do: { kind: 'no-final-reply' } });

    const first = await transfer(test, batch, firstCursor, deadlineAfter(1500));
    const second = await transfer(test, batch, first, deadlineAfter(1500));

    expect([first.done, second.done]).toEqual([false, true]);
    expect(await fixture.outcomes(test)).toEqual([]);
    const big = await fixture.lines(test, documentNames.bigFiles, transferActionSchema);
    expect(big.map(({ file }) => file.path)).toEqual(['/in/slow/large.bin']);
  });
});

describe('while other flows use all connections', () => {
  async function occupyAll(test: TestRun): Promise<() => Promise<void>> {
    const slots = [0, 1, 2, 3].map((number) => ({ partner: test.run.partner, number, holder: 'another' }));
    for (const slot of slots) await fixture.occupy(slot);
    return async () => {
      for (const slot of slots) await releaseSlot(fixture.table, slot, Date.now());
    };
  }

  it('a worker returns the same cursor, and no file fails', async () => {
    const test = await planned({ 'busy/1.csv': 1 });
    const batch = await batchOf(test);
    const release = await occupyAll(test);

    let cursor: Cursor = firstCursor;
    for (let round = 0; round < 4; round++) cursor = await transfer(test, batch, cursor, lateInvocation);
    const during = await fixture.outcomes(test);
    await release();
    const after = await transfer(test, batch, cursor, ampleTime);

    expect(cursor).toMatchObject({ done: false, round: 4 });
    expect(during).toEqual([]);
    expect(after.done).toBe(true);
    expect(await fixture.outcomes(test)).toEqual(['busy/1.csv transferred']);
  });
});

describe('a worker', () => {
  it('updates the transfer rate of the partner', async () => {
    const before = await transferRate(fixture.table, (await fixture.begin()).run.partner);
    const test = await planned({ 'rate/1.csv': 1, 'rate/2.csv': 1 });

    await transfer(test, await batchOf(test), firstCursor, ampleTime);

    expect(await transferRate(fixture.table, test.run.partner)).not.toEqual(before);
  });

  it('adds to the progress of the run, as other workers do', async () => {
    const test = await planned({ 'sum/1.csv': 10, 'sum/2.csv': 20 });
    const whole = await batchOf(test);
    const half = { length: whole.length / 2, files: 1 };

    await Promise.all([
      transfer(test, { ...whole, ...half }, firstCursor, ampleTime),
      transfer(test, { ...whole, ...half, index: 1, offset: whole.length / 2 }, firstCursor, ampleTime),
    ]);

    const record = await findRunByOwner(fixture.table, test.run, { owner: test.run.owner, mode: 'run' });
    expect(record?.progress).toMatchObject({ files: 2, filesTotal: 2, bytes: 30, bytesTotal: 30 });
  });

  it('publishes its outcomes when the partner fails, before the retry', async () => {
    const test = await planned({ 'fail/1.csv': 1, 'fail/2.csv': 1 }, 1);
    const batch = await batchOf(test);
    acme.server.fault({ on: 'RETR', path: '/in/fail/2.csv', do: { kind: 'cut-control', when: 'before' } });
    acme.server.fault({
      on: 'PASS',
      after: 1,
      do: { kind: 'reply', code: 530, text: 'Login incorrect.' },
    });

    const failing = transfer(test, batch, firstCursor, ampleTime);

    await expect(failing).rejects.toMatchObject({ kind: 'login-refused' });
    expect(await fixture.outcomes(test)).toEqual(['fail/1.csv transferred']);
  });
});
