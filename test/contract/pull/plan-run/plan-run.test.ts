import { describe, expect, it } from 'vitest';
import {
  decisionLineSchema,
  planSummarySchema,
  toDisposeLineSchema,
  transferActionSchema,
} from '../../../../lambdas/contract/documents/plan-documents.ts';
import { documentNames } from '../../../../lambdas/contract/documents/run-folder.ts';
import { firstCursor } from '../../../../lambdas/contract/workflow.ts';
import { toFingerprint } from '../../../../lambdas/core/listing/fingerprint.ts';
import type { ListingLine } from '../../../../lambdas/core/listing/listing.ts';
import type { ObjectKey } from '../../../../lambdas/core/path/object-key.ts';
import { pathBelow } from '../../../../lambdas/core/path/relative-path.ts';

import { recordRate } from '../../../../lambdas/ledger/connection/transfer-rate.ts';
import { recordTransferredVersion } from '../../../../lambdas/ledger/entries/file-entries.ts';
import { findRunByOwner } from '../../../../lambdas/ledger/runs/run-record.ts';
import { planRun } from '../../../../lambdas/pull/plan-run/plan-run.ts';
import {
  ampleTime,
  directoryPath,
  fileLine,
  noTime,
  remote,
  type TestRun,
  usePullFixture,
} from '../pull-fixture.ts';

const fixture = usePullFixture();

/** Files of one directory. */
function files(directory: string, count: number, sizeBytes = 100): ListingLine[] {
  return Array.from({ length: count }, (_, index) => fileLine(`${directory}${index}.csv`, sizeBytes));
}

/** Records the file as transferred in the version of the line. */
async function take({ run }: TestRun, line: ListingLine): Promise<void> {
  if (line.kind !== 'file') throw new Error('only a file is transferred');
  const { file } = line;
  const relativePath = pathBelow(remote, file.path);
  await recordTransferredVersion(
    fixture.table,
    { flowName: run, relativePath, fence: run.fence },
    {
      fingerprint: toFingerprint(file),
      key: `acme/${run.flow}/${relativePath}` as ObjectKey,
      sizeBytes: file.sizeBytes ?? 0,
      sha256: undefined,
      crc32: undefined,
      verifiedModified: undefined,
      isTimeFinal: false,
      doneFile: undefined,
      etag: '"etag"',
      versionId: undefined,
      isReplaced: false,
      runId: run.runId,
      transferredAt: new Date(),
    },
  );
}

async function summary(test: TestRun) {
  return await fixture.document(test, documentNames.planSummary, planSummarySchema);
}

describe('a plan', () => {
  it('of a first listing transfers every file in the order of the ledger, by one worker', async () => {
    const test = await fixture.begin();
    await fixture.list(test, [
      fileLine('b/2.csv'),
      fileLine('a/10.csv'),
      fileLine('z.csv'),
      fileLine('b/1.csv'),
    ]);

    const { output } = await fixture.plan(test);

    expect(await fixture.manifest(test)).toEqual(['/in/z.csv', '/in/a/10.csv', '/in/b/1.csv', '/in/b/2.csv']);
    expect(output).toMatchObject({ done: true, route: 'small', workers: 1, next: 4, round: 1 });
    expect(output.batch).toMatchObject({ index: 0, document: 0, offset: 0, files: 4, bytes: 400 });
  });

  it('of files that were transferred before has nothing to transfer', async () => {
    const test = await fixture.begin();
    const lines = files('', 3);
    for (const line of lines) await take(test, line);
    await fixture.list(test, lines);

    const { output } = await fixture.plan(test);

    expect(output.route).toBe('finish');
    expect(await summary(test)).toMatchObject({ listed: 3, transfers: 0, skipped: { unchanged: 3 } });
  });

  it('of an empty listing has nothing to transfer', async () => {
    const test = await fixture.begin();
    await fixture.list(test, []);

    const { output } = await fixture.plan(test);

    expect(output).toMatchObject({ done: true, route: 'finish', next: 0 });
  });

  it('names each file that is not transferred, with the reason', async () => {
    const test = await fixture.begin();
    const link = { kind: 'skipped', directory: remote, entry: { name: 'l', kind: 'link' } } as const;
    const dots = {
      kind: 'refused',
      directory: directoryPath('sub'),
      name: { shownName: '..', error: 'dot-component' },
    } as const;
    await fixture.list(test, [link, dots]);

    await fixture.plan(test);

    expect(await fixture.lines(test, documentNames.decisions, decisionLineSchema)).toEqual([
      { path: '/in/l', sizeBytes: undefined, outcome: 'skipped', reason: 'link' },
      { path: '/in/sub/..', sizeBytes: undefined, outcome: 'refused', reason: 'dot-component' },
    ]);
  });

  it('of files to dispose only goes to one worker with an empty batch', async () => {
    const test = await fixture.begin({ flow: { after: 'delete' } });
    const [line] = files('', 1);
    if (line !== undefined) await take(test, line);
    await fixture.list(test, files('', 1));

    const { output } = await fixture.plan(test);

    expect(output).toMatchObject({ route: 'small', batch: { files: 0, length: 0 } });
    const toDispose = await fixture.lines(test, documentNames.toDispose, toDisposeLineSchema);
    expect(toDispose.map(({ file }) => file.path)).toEqual(['/in/0.csv']);
  });

  it('of a dry run is written and not executed, and records no observation', async () => {
    const test = await fixture.begin({ flow: { settled: { unchangedListings: 2 } }, run: { mode: 'plan' } });
    await fixture.list(test, files('', 1));

    const { output } = await fixture.plan(test);
    const { output: repeated } = await fixture.plan(test);

    expect([output.route, repeated.route]).toEqual(['finish', 'finish']);
    expect(await summary(test)).toMatchObject({ held: 1 });
  });

  it('sets the totals of the progress', async () => {
    const test = await fixture.begin();
    await fixture.list(test, files('', 2));

    await fixture.plan(test);

    const record = await findRunByOwner(fixture.table, test.run, { owner: test.run.owner, mode: 'run' });
    expect(record?.progress).toEqual({
      step: 'transfer-batch',
      files: 0,
      filesTotal: 2,
      bytes: 0,
      bytesTotal: 200,
    });
  });
});

describe('a directory with more names than a chunk', () => {
  const many = 12_000;

  it('finds the done file of each file, in any chunk', async () => {
    const test = await fixture.begin({ flow: { settled: { minAge: '0s', doneFile: 'done-{name}' } } });
    const lines = [...files('', many / 2), ...files('done-', many / 2 - 1)];
    await fixture.list(test, lines, 3);

    await fixture.plan(test);

    expect(await summary(test)).toMatchObject({
      transfers: many / 2 - 1,
      held: 1,
      skipped: { 'done-file': many / 2 - 1 },
    });
  });

  it('finds names in different chunks that map to one key, and refuses both', async () => {
    const test = await fixture.begin();
    // The decomposed name begins with an e, and so stands before all others; the composed one stands behind
    // them.
    const lines = [fileLine('e\u0301.csv'), ...files('f', many), fileLine('\u00e9.csv')];
    await fixture.list(test, lines);

    await fixture.plan(test);

    const decisions = await fixture.lines(test, documentNames.decisions, decisionLineSchema);
    expect(decisions.map(({ path, reason }) => `${path} ${reason}`)).toEqual([
      '/in/e\u0301.csv unicode-duplicate',
      '/in/\u00e9.csv unicode-duplicate',
    ]);
  });
});

describe('a plan that stops after each chunk', () => {
  /** Three directories, one of them of several chunks. */
  const lines = [...files('a/', 3), ...files('b/', 11_000), ...files('c/', 3)];

  it('has the same result as one that does not stop', async () => {
    const whole = await fixture.begin();
    const cut = await fixture.begin();
    for (const test of [whole, cut]) await fixture.list(test, lines, 2);
    await fixture.plan(whole);

    const { output, calls } = await fixture.plan(cut, noTime);

    expect(calls).toBeGreaterThan(3);
    expect(output).toMatchObject({ done: true, next: 11_006, round: calls });
    expect(await fixture.manifest(cut)).toEqual(await fixture.manifest(whole));
    expect(await summary(cut)).toEqual(await summary(whole));
  });

  it('distributes its files to batches, each file once and in order', async () => {
    const test = await fixture.begin();
    await fixture.list(test, lines);

    const { output } = await fixture.plan(test, noTime);

    const batches = await fixture.batches(test);
    expect(output).toMatchObject({ route: 'bulk', itemsKey: `${test.folder}batches.jsonl` });
    expect(batches.map(({ index }) => index)).toEqual(batches.map((_, index) => index));
    expect(batches.reduce((sum, { files: count }) => sum + count, 0)).toBe(11_006);
    const ends = new Map<number, number>();
    for (const { document, offset, length } of batches) {
      expect(offset).toBe(ends.get(document) ?? 0);
      ends.set(document, offset + length);
    }
  });

  it('has the same documents after an invocation was killed and repeated', async () => {
    const test = await fixture.begin();
    await fixture.list(test, lines);
    const first = await planRun({ run: test.run, cursor: firstCursor }, fixture.dependencies(test, noTime));
    await planRun({ run: test.run, cursor: first }, fixture.dependencies(test, ampleTime));

    const repeated = await planRun({ run: test.run, cursor: first }, fixture.dependencies(test, noTime));
    for (let output = repeated; !output.done; ) {
      output = await planRun({ run: test.run, cursor: output }, fixture.dependencies(test, noTime));
    }

    const paths = await fixture.manifest(test);
    expect(new Set(paths).size).toBe(paths.length);
    expect(paths).toHaveLength(11_006);
  });

  it('counts an observation once a run, however often the step is repeated', async () => {
    const settled = { minAge: '0s', unchangedListings: 2 };
    const test = await fixture.begin({ flow: { settled } });
    await fixture.list(test, files('a/', 2));
    await fixture.plan(test, noTime);

    await fixture.plan(test, noTime);
    const next = await fixture.next(test);
    await fixture.list(next, files('a/', 2));
    await fixture.plan(next);

    expect(await summary(test)).toMatchObject({ held: 2, transfers: 0 });
    expect(await summary(next)).toMatchObject({ held: 0, transfers: 2 });
  });
});

describe('with the transfer rate of the partner', () => {
  it('a file that takes more than a third of an invocation is big, and is in no batch', async () => {
    const test = await fixture.begin();
    await fixture.list(test, [fileLine('huge.bin', 4_000_000_000), fileLine('small.csv')]);

    const { output } = await fixture.plan(test);

    const big = await fixture.lines(test, documentNames.bigFiles, transferActionSchema);
    expect(big.map(({ file }) => file.path)).toEqual(['/in/huge.bin']);
    expect(await fixture.manifest(test)).toEqual(['/in/small.csv']);
    expect(output).toMatchObject({ route: 'small', batch: { files: 1 } });
    expect(await summary(test)).toMatchObject({ transfers: 2, bigFiles: 1, bytes: 4_000_000_100 });
  });

  it('a slow partner has more batches than a fast one', async () => {
    const lines = files('', 11_000);
    const test = await fixture.begin();
    await fixture.list(test, lines);
    await fixture.plan(test);
    const before = await fixture.batches(test);
    for (let times = 0; times < 3; times++) {
      await recordRate(fixture.table, test.run.partner, { files: 1000, bytes: 0, seconds: 2000 });
    }
    const later = await fixture.next(test);
    await fixture.list(later, lines);

    await fixture.plan(later);

    const after = await fixture.batches(later);
    expect(after.length).toBeGreaterThan(before.length);
  });
});

it('a listing that shrank sharply halts the run, and the plan shows what the run would have done', async () => {
  const test = await fixture.begin();
  await fixture.list(test, files('', 1));
  await fixture.leaveFiles(test, 100);

  const { output } = await fixture.plan(test);

  expect(output.route).toBe('finish');
  expect((await summary(test))?.halted?.reason).toBe('listing-shrunk');
  expect(await fixture.manifest(test)).toEqual(['/in/0.csv']);
});
