import { afterEach, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { disposedLineSchema } from '../../../../lambdas/contract/documents/outcome-documents.ts';
import { documentNames } from '../../../../lambdas/contract/documents/run-folder.ts';
import { type Cursor, firstCursor } from '../../../../lambdas/contract/workflow.ts';
import { releaseSlot } from '../../../../lambdas/ledger/connection/connection-slots.ts';
import { disposeFiles } from '../../../../lambdas/pull/dispose-files/dispose-files.ts';
import type { Deadline } from '../../../../lambdas/runtime/deadline.ts';
import { JsonLinesWriter } from '../../../../lambdas/s3/documents/json-lines-writer.ts';
import { startTestPartner } from '../../../support/partner/test-partner.ts';
import { ampleTime, type TestRun, usePullFixture } from '../pull-fixture.ts';

const fixture = usePullFixture();
const acme = await startTestPartner('acme', { flows: { in: {} } });
const { connection } = z.object({ connection: z.record(z.string(), z.unknown()) }).parse(acme.document);
const modified = new Date('2026-11-19T12:00:00Z');
/** What MDTM answers for each file. */
const verifiedModified = {
  raw: '20261119120000',
  wallClock: '2026-11-19T12:00:00',
  precision: 'second',
  clock: 'utc',
};

afterEach(() => acme.server.clearFaults());

/** A run of a flow with `after: delete`. */
async function beginDeletingRun(): Promise<TestRun> {
  return await fixture.begin({ connection: { ...connection, maxConnections: 1 }, flow: { after: 'delete' } });
}

/** Writes lines of a document, as a step does, and creates their files at the partner. */
async function prepare(
  { folder }: TestRun,
  document: string,
  lines: readonly (readonly [path: string, line: object])[],
): Promise<void> {
  const writer = new JsonLinesWriter(fixture.runs, `${folder}${document}`);
  for (const [path, line] of lines) {
    acme.tree.put(path, { content: 'x', modified });
    await writer.write(line);
  }
  await writer.commit();
}

function outcome(path: string, kind: 'transferred' | 'failed'): readonly [string, object] {
  const place = { path, key: `acme${path}`, sizeBytes: 1 };
  return kind === 'failed'
    ? [path, { kind, ...place, error: 'denied', message: 'No.' }]
    : [path, { kind, ...place, sha256: '', verification: 'size+mtime', verifiedModified }];
}

function earlier(path: string): readonly [string, object] {
  return [path, { kind: 'dispose', file: { path, sizeBytes: 1 }, key: `acme${path}`, verifiedModified }];
}

async function dispose(test: TestRun, cursor: Cursor, deadline: Deadline = ampleTime): Promise<Cursor> {
  return await disposeFiles({ run: test.run, cursor }, fixture.dependencies(test, deadline));
}

/** `/in/a deleted`, in order. */
async function disposed(test: TestRun): Promise<string[]> {
  const lines = await fixture.lines(test, documentNames.disposed, disposedLineSchema);
  return lines.map(({ path, outcome: what }) => `${path} ${what}`);
}

/** An invocation with time to begin so many files. */
function timeToBegin(count: number): Deadline {
  let asked = 0;
  return { ...ampleTime, remainingMs: () => (asked++ < count ? 900_000 : 0) };
}

describe('files', () => {
  it('are disposed in order: those that this run imported, then those that an earlier run left', async () => {
    const test = await beginDeletingRun();
    await prepare(test, 'outcomes/000000-000000.jsonl', [outcome('/in/a/1', 'transferred')]);
    await prepare(test, 'outcomes/000001-000000.jsonl', [
      outcome('/in/a/2', 'failed'),
      outcome('/in/a/3', 'transferred'),
    ]);
    await prepare(test, 'to-dispose/000000.jsonl', [earlier('/in/a/4')]);

    const cursor = await dispose(test, firstCursor);

    expect(cursor.done).toBe(true);
    expect(await disposed(test)).toEqual(['/in/a/1 deleted', '/in/a/3 deleted', '/in/a/4 deleted']);
  });

  it('are disposed once each, in as many invocations as it takes', async () => {
    const test = await beginDeletingRun();
    await prepare(test, 'outcomes/000000-000000.jsonl', [
      outcome('/in/b/1', 'transferred'),
      outcome('/in/b/2', 'transferred'),
      outcome('/in/b/3', 'transferred'),
    ]);
    await prepare(test, 'to-dispose/000000.jsonl', [earlier('/in/b/4'), earlier('/in/b/5')]);

    let rounds = 0;
    for (let cursor: Cursor = firstCursor; !cursor.done; rounds++)
      cursor = await dispose(test, cursor, timeToBegin(3));

    expect(rounds).toBeGreaterThan(1);
    expect(await disposed(test)).toEqual([1, 2, 3, 4, 5].map((number) => `/in/b/${number} deleted`));
  });

  it('wait while other flows use all connections of the partner', async () => {
    const test = await beginDeletingRun();
    await prepare(test, 'outcomes/000000-000000.jsonl', [outcome('/in/c/1', 'transferred')]);
    const slot = { partner: test.run.partner, number: 0, holder: 'another' };
    await fixture.occupy(slot);

    const late: Deadline = { ...ampleTime, remainingMs: () => 400_000 };
    const waited = await dispose(test, firstCursor, late);
    await releaseSlot(fixture.table, slot, Date.now());
    const cursor = await dispose(test, waited);

    expect(waited).toEqual({ done: false, next: 0, round: 1 });
    expect(cursor.done).toBe(true);
    expect(await disposed(test)).toEqual(['/in/c/1 deleted']);
  });
});
