import { describe, expect, it } from 'vitest';
import {
  decisionLineSchema,
  planSummarySchema,
  toClearLineSchema,
  transferActionSchema,
} from '../../../lambdas/contract/plan-documents.ts';
import { documentNames } from '../../../lambdas/contract/run-folder.ts';
import { firstCursor } from '../../../lambdas/contract/workflow.ts';
import { recordTaken } from '../../../lambdas/ledger/file-entries.ts';
import { recordRate } from '../../../lambdas/ledger/rate.ts';
import { findRunByOwner } from '../../../lambdas/ledger/run-record.ts';
import { planRun } from '../../../lambdas/pull/plan-run.ts';
import { fingerprintOf } from '../../../lambdas/sync/fingerprint.ts';
import type { ListingLine } from '../../../lambdas/sync/listing.ts';
import type { ObjectKey } from '../../../lambdas/sync/object-key.ts';
import { pathBelow } from '../../../lambdas/sync/remote-path.ts';
import {
  directoryPath,
  fileLine,
  hurried,
  remote,
  type TestRun,
  unhurried,
  usePullScene,
} from './pull-scene.ts';

const scene = usePullScene();

/** Files of one directory. */
function files(directory: string, count: number, sizeBytes = 100): ListingLine[] {
  return Array.from({ length: count }, (_, index) => fileLine(`${directory}${index}.csv`, sizeBytes));
}

/** Records the file as taken in the version of the line. */
async function take({ run }: TestRun, line: ListingLine): Promise<void> {
  if (line.kind !== 'file') throw new Error('only a file is taken');
  const { file } = line;
  const relativePath = pathBelow(remote, file.path) ?? '';
  await recordTaken(
    scene.table,
    { flowName: run, relativePath, fence: run.fence },
    {
      fingerprint: fingerprintOf(file),
      key: `acme/${run.flow}/${relativePath}` as ObjectKey,
      sizeBytes: file.sizeBytes ?? 0,
      sha256: undefined,
      crc32: undefined,
      verifiedModified: undefined,
      etag: '"etag"',
      versionId: undefined,
      isReplaced: false,
      runId: run.runId,
      takenAt: new Date(),
    },
  );
}

async function summary(test: TestRun) {
  return await scene.document(test, documentNames.planSummary, planSummarySchema);
}

describe('a plan', () => {
  it('of a first listing transfers every file in the order of the ledger, by one worker', async () => {
    const test = await scene.begin();
    await scene.list(test, [
      fileLine('b/2.csv'),
      fileLine('a/10.csv'),
      fileLine('z.csv'),
      fileLine('b/1.csv'),
    ]);

    const { output } = await scene.plan(test);

    expect(await scene.manifest(test)).toEqual(['/in/z.csv', '/in/a/10.csv', '/in/b/1.csv', '/in/b/2.csv']);
    expect(output).toMatchObject({ done: true, route: 'small', workers: 1, next: 4, round: 1 });
    expect(output.batch).toMatchObject({ index: 0, document: 0, offset: 0, files: 4, bytes: 400 });
  });

  it('of what was taken before has nothing to move', async () => {
    const test = await scene.begin();
    const lines = files('', 3);
    for (const line of lines) await take(test, line);
    await scene.list(test, lines);

    const { output } = await scene.plan(test);

    expect(output.route).toBe('finish');
    expect(await summary(test)).toMatchObject({ listed: 3, transfers: 0, skipped: { unchanged: 3 } });
  });

  it('of an empty listing has nothing to move', async () => {
    const test = await scene.begin();
    await scene.list(test, []);

    const { output } = await scene.plan(test);

    expect(output).toMatchObject({ done: true, route: 'finish', next: 0 });
  });

  it('tells every name that is not moved, and why', async () => {
    const test = await scene.begin();
    const link = { kind: 'skipped', directory: remote, entry: { name: 'l', kind: 'link' } } as const;
    const dots = {
      kind: 'refused',
      directory: directoryPath('sub'),
      name: { shownName: '..', fault: 'dot-component' },
    } as const;
    await scene.list(test, [link, dots]);

    await scene.plan(test);

    expect(await scene.lines(test, documentNames.decisions, decisionLineSchema)).toEqual([
      { path: '/in/l', sizeBytes: undefined, outcome: 'skipped', reason: 'link' },
      { path: '/in/sub/..', sizeBytes: undefined, outcome: 'refused', reason: 'dot-component' },
    ]);
  });

  it('of files that are only to be cleared goes to one worker with an empty batch', async () => {
    const test = await scene.begin({ flow: { after: 'delete' } });
    const [line] = files('', 1);
    if (line !== undefined) await take(test, line);
    await scene.list(test, files('', 1));

    const { output } = await scene.plan(test);

    expect(output).toMatchObject({ route: 'small', batch: { files: 0, length: 0 } });
    const toClear = await scene.lines(test, documentNames.toClear, toClearLineSchema);
    expect(toClear.map(({ file }) => file.path)).toEqual(['/in/0.csv']);
  });

  it('of a dry run is written and not carried out, and no sighting is remembered', async () => {
    const test = await scene.begin({ flow: { settled: { unchangedListings: 2 } }, run: { mode: 'plan' } });
    await scene.list(test, files('', 1));

    const { output } = await scene.plan(test);
    const { output: again } = await scene.plan(test);

    expect([output.route, again.route]).toEqual(['finish', 'finish']);
    expect(await summary(test)).toMatchObject({ held: 1 });
  });

  it('sets the total that the progress of its workers counts up to', async () => {
    const test = await scene.begin();
    await scene.list(test, files('', 2));

    await scene.plan(test);

    const record = await findRunByOwner(scene.table, test.run, { owner: test.run.owner, mode: 'run' });
    expect(record?.progress).toEqual({
      step: 'transfer-batch',
      files: 0,
      filesTotal: 2,
      bytes: 0,
      bytesTotal: 200,
    });
  });
});

describe('a directory of more names than a chunk', () => {
  const many = 12_000;

  it('finds the done file of each file, wherever it stands', async () => {
    const test = await scene.begin({ flow: { settled: { minAge: '0s', doneFile: 'done-{name}' } } });
    const lines = [...files('', many / 2), ...files('done-', many / 2 - 1)];
    await scene.list(test, lines, 3);

    await scene.plan(test);

    expect(await summary(test)).toMatchObject({
      transfers: many / 2 - 1,
      held: 1,
      skipped: { 'done-file': many / 2 - 1 },
    });
  });

  it('finds twins that stand in different chunks, and refuses both', async () => {
    const test = await scene.begin();
    // The decomposed name begins with an e, and so stands before all others; the composed one stands behind them.
    const lines = [fileLine('e\u0301.csv'), ...files('f', many), fileLine('\u00e9.csv')];
    await scene.list(test, lines);

    await scene.plan(test);

    const decisions = await scene.lines(test, documentNames.decisions, decisionLineSchema);
    expect(decisions.map(({ path, reason }) => `${path} ${reason}`)).toEqual([
      '/in/e\u0301.csv unicode-twin',
      '/in/\u00e9.csv unicode-twin',
    ]);
  });
});

describe('a plan that is cut off after each chunk', () => {
  /** Three directories, one of them of several chunks. */
  const lines = [...files('a/', 3), ...files('b/', 11_000), ...files('c/', 3)];

  it('comes to the same as one that is not', async () => {
    const whole = await scene.begin();
    const cut = await scene.begin();
    for (const test of [whole, cut]) await scene.list(test, lines, 2);
    await scene.plan(whole);

    const { output, calls } = await scene.plan(cut, hurried);

    expect(calls).toBeGreaterThan(3);
    expect(output).toMatchObject({ done: true, next: 11_006, round: calls });
    expect(await scene.manifest(cut)).toEqual(await scene.manifest(whole));
    expect(await summary(cut)).toEqual(await summary(whole));
  });

  it('shares its files out among batches that have each file once, in order', async () => {
    const test = await scene.begin();
    await scene.list(test, lines);

    const { output } = await scene.plan(test, hurried);

    const batches = await scene.batches(test);
    expect(output).toMatchObject({ route: 'bulk', itemsKey: `${test.folder}batches.jsonl` });
    expect(batches.map(({ index }) => index)).toEqual(batches.map((_, index) => index));
    expect(batches.reduce((sum, { files: count }) => sum + count, 0)).toBe(11_006);
    const ends = new Map<number, number>();
    for (const { document, offset, length } of batches) {
      expect(offset).toBe(ends.get(document) ?? 0);
      ends.set(document, offset + length);
    }
  });

  it('has the same documents where an invocation was killed and repeated', async () => {
    const test = await scene.begin();
    await scene.list(test, lines);
    const first = await planRun({ run: test.run, cursor: firstCursor }, scene.systems(test, hurried));
    await planRun({ run: test.run, cursor: first }, scene.systems(test, unhurried));

    const again = await planRun({ run: test.run, cursor: first }, scene.systems(test, hurried));
    for (let output = again; !output.done; ) {
      output = await planRun({ run: test.run, cursor: output }, scene.systems(test, hurried));
    }

    const paths = await scene.manifest(test);
    expect(new Set(paths).size).toBe(paths.length);
    expect(paths).toHaveLength(11_006);
  });

  it('counts a sighting once for the run, however often it is seen', async () => {
    const settled = { minAge: '0s', unchangedListings: 2 };
    const test = await scene.begin({ flow: { settled } });
    await scene.list(test, files('a/', 2));
    await scene.plan(test, hurried);

    await scene.plan(test, hurried);
    const next = await scene.next(test);
    await scene.list(next, files('a/', 2));
    await scene.plan(next);

    expect(await summary(test)).toMatchObject({ held: 2, transfers: 0 });
    expect(await summary(next)).toMatchObject({ held: 0, transfers: 2 });
  });
});

describe('by the rate of the partner', () => {
  it('a file is big that takes more than a third of an invocation, and is left out of the batches', async () => {
    const test = await scene.begin();
    await scene.list(test, [fileLine('huge.bin', 4_000_000_000), fileLine('small.csv')]);

    const { output } = await scene.plan(test);

    const big = await scene.lines(test, documentNames.bigFiles, transferActionSchema);
    expect(big.map(({ file }) => file.path)).toEqual(['/in/huge.bin']);
    expect(await scene.manifest(test)).toEqual(['/in/small.csv']);
    expect(output).toMatchObject({ route: 'small', batch: { files: 1 } });
    expect(await summary(test)).toMatchObject({ transfers: 2, bigFiles: 1, bytes: 4_000_000_100 });
  });

  it('a slow partner has more batches than a fast one', async () => {
    const lines = files('', 11_000);
    const test = await scene.begin();
    await scene.list(test, lines);
    await scene.plan(test);
    const before = await scene.batches(test);
    for (let times = 0; times < 3; times++) {
      await recordRate(scene.table, test.run.partner, { files: 1000, bytes: 0, seconds: 2000 });
    }
    const later = await scene.next(test);
    await scene.list(later, lines);

    await scene.plan(later);

    const after = await scene.batches(later);
    expect(after.length).toBeGreaterThan(before.length);
  });
});

it('a listing that shrank sharply halts the run, and the plan shows what it would have done', async () => {
  const test = await scene.begin();
  await scene.list(test, files('', 1));
  await scene.leaveFiles(test, 100);

  const { output } = await scene.plan(test);

  expect(output.route).toBe('finish');
  expect((await summary(test))?.halted?.reason).toBe('sharp-shrink');
  expect(await scene.manifest(test)).toEqual(['/in/0.csv']);
});
