import { afterEach, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { clearedLineSchema } from '../../../lambdas/contract/outcome-documents.ts';
import { documentNames } from '../../../lambdas/contract/run-folder.ts';
import { type Cursor, firstCursor } from '../../../lambdas/contract/workflow.ts';
import { giveBackSlot } from '../../../lambdas/ledger/connection-slots.ts';
import { postProcess } from '../../../lambdas/pull/post-process.ts';
import type { Deadline } from '../../../lambdas/runtime/deadline.ts';
import { JsonLinesWriter } from '../../../lambdas/s3/json-lines-writer.ts';
import { startTestPartner } from '../../support/stage/test-partner.ts';
import { type TestRun, unhurried, usePullScene } from './pull-scene.ts';

const scene = usePullScene();
const acme = await startTestPartner('acme', { flows: { in: {} } });
const { connection } = z.object({ connection: z.record(z.string(), z.unknown()) }).parse(acme.document);
const modified = new Date('2026-11-19T12:00:00Z');

afterEach(() => acme.server.clearFaults());

/** A run of a flow that deletes at the partner what was taken. */
async function deleting(): Promise<TestRun> {
  return await scene.begin({ connection: { ...connection, maxConnections: 1 }, flow: { after: 'delete' } });
}

/** Lines of a document as a step leaves them, and their files at the partner. */
async function leave(
  { folder }: TestRun,
  document: string,
  lines: readonly (readonly [path: string, line: object])[],
): Promise<void> {
  const writer = new JsonLinesWriter(scene.runs, `${folder}${document}`);
  for (const [path, line] of lines) {
    acme.tree.put(path, { content: 'x', modified });
    await writer.write(line);
  }
  await writer.commit();
}

function outcome(path: string, kind: 'transferred' | 'failed'): readonly [string, object] {
  const place = { path, key: `acme${path}`, sizeBytes: 1 };
  return kind === 'failed'
    ? [path, { kind, ...place, fault: 'denied', message: 'No.' }]
    : [path, { kind, ...place, sha256: '', verification: 'size' }];
}

function earlier(path: string): readonly [string, object] {
  return [path, { kind: 'post-process', file: { path, sizeBytes: 1 }, key: `acme${path}` }];
}

async function clear(test: TestRun, cursor: Cursor, deadline: Deadline = unhurried): Promise<Cursor> {
  return await postProcess({ run: test.run, cursor }, scene.systems(test, deadline));
}

/** `/in/a deleted`, in order. */
async function cleared(test: TestRun): Promise<string[]> {
  const lines = await scene.lines(test, documentNames.cleared, clearedLineSchema);
  return lines.map(({ path, outcome: what }) => `${path} ${what}`);
}

/** Beginning is over once so many files have been begun. */
function beginning(count: number): Deadline {
  let asked = 0;
  return { ...unhurried, remainingMs: () => (asked++ < count ? 900_000 : 0) };
}

describe('what is cleared', () => {
  it('is what the workers of this run have taken, and then what an earlier run left', async () => {
    const test = await deleting();
    await leave(test, 'outcomes/000000-000000.jsonl', [outcome('/in/a/1', 'transferred')]);
    await leave(test, 'outcomes/000001-000000.jsonl', [
      outcome('/in/a/2', 'failed'),
      outcome('/in/a/3', 'transferred'),
    ]);
    await leave(test, 'to-clear/000000.jsonl', [earlier('/in/a/4')]);

    const cursor = await clear(test, firstCursor);

    expect(cursor.done).toBe(true);
    expect(await cleared(test)).toEqual(['/in/a/1 deleted', '/in/a/3 deleted', '/in/a/4 deleted']);
  });

  it('is cleared once, over as many invocations as it takes', async () => {
    const test = await deleting();
    await leave(test, 'outcomes/000000-000000.jsonl', [
      outcome('/in/b/1', 'transferred'),
      outcome('/in/b/2', 'transferred'),
      outcome('/in/b/3', 'transferred'),
    ]);
    await leave(test, 'to-clear/000000.jsonl', [earlier('/in/b/4'), earlier('/in/b/5')]);

    let rounds = 0;
    for (let cursor: Cursor = firstCursor; !cursor.done; rounds++)
      cursor = await clear(test, cursor, beginning(3));

    expect(rounds).toBeGreaterThan(1);
    expect(await cleared(test)).toEqual([1, 2, 3, 4, 5].map((number) => `/in/b/${number} deleted`));
  });

  it('waits while other flows have all connections of the partner', async () => {
    const test = await deleting();
    await leave(test, 'outcomes/000000-000000.jsonl', [outcome('/in/c/1', 'transferred')]);
    const slot = { partner: test.run.partner, number: 0, holder: 'another' };
    await scene.occupy(slot);

    const late: Deadline = { ...unhurried, remainingMs: () => 400_000 };
    const waited = await clear(test, firstCursor, late);
    await giveBackSlot(scene.table, slot, Date.now());
    const cursor = await clear(test, waited);

    expect(waited).toEqual({ done: false, next: 0, round: 1 });
    expect(cursor.done).toBe(true);
    expect(await cleared(test)).toEqual(['/in/c/1 deleted']);
  });
});
