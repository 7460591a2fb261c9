import { describe, expect, it } from 'vitest';
import {
  type EntryWrite,
  FencedError,
  filesOfDirectory,
  recordFailure,
  recordLook,
  recordSighting,
  recordTaken,
} from '../../../lambdas/ledger/file-entries.ts';
import { fileKey } from '../../../lambdas/ledger/keys.ts';
import type { Failure, Sighting, TakenVersion } from '../../../lambdas/sync/file-record.ts';
import type { Fingerprint } from '../../../lambdas/sync/fingerprint.ts';
import type { ObjectKey } from '../../../lambdas/sync/object-key.ts';
import { newFlow, useTable } from './test-table.ts';

const ledger = useTable();

const fingerprint: Fingerprint = {
  sizeBytes: 100,
  modified: { raw: '20261119120000', wallClock: '2026-11-19T12:00:00', precision: 'second', clock: 'utc' },
  unique: 'u1',
};
const nothingKnown: Fingerprint = { sizeBytes: undefined, modified: undefined, unique: undefined };
const at = new Date('2026-11-20T02:15:30.123Z');

const taken: TakenVersion = {
  fingerprint,
  key: 'acme/a.csv' as ObjectKey,
  sizeBytes: 100,
  sha256: 'ab'.repeat(32),
  crc32: 'qlWqVQ==',
  verifiedModified: fingerprint.modified,
  etag: '"etag"',
  versionId: 'v1',
  isReplaced: false,
  runId: 'run-1',
  takenAt: at,
};
const sighting: Sighting = { fingerprint, firstSeenAt: at, runs: 2, lastRunId: 'run-1' };
const failure: Failure = { fingerprint, fault: 'timeout', message: 'silent', attempts: 1, failedAt: at };

function entry(changes: Partial<EntryWrite> = {}): EntryWrite {
  return { flowName: newFlow(), relativePath: 'a.csv', fence: 1, ...changes };
}

async function recordOf({ flowName, relativePath }: EntryWrite) {
  const slash = relativePath.lastIndexOf('/');
  const directory = slash === -1 ? '' : relativePath.slice(0, slash);
  const name = relativePath.slice(slash + 1);
  const files = await filesOfDirectory(ledger.table, flowName, { directory, names: new Set([name]) });
  return files.get(name);
}

describe('what is recorded of a file', () => {
  it('is read back as it was, the version that was taken', async () => {
    const write = entry();
    await recordTaken(ledger.table, write, taken);

    const record = await recordOf(write);

    expect(record).toEqual({ taken, sighting: undefined, failure: undefined });
  });

  it('is read back as it was where the server told next to nothing', async () => {
    const write = entry();
    const sparse = { ...taken, fingerprint: nothingKnown, verifiedModified: undefined, versionId: undefined };
    await recordTaken(ledger.table, write, sparse);

    const record = await recordOf(write);

    expect(record).toStrictEqual({
      taken: sparse,
      sighting: undefined,
      failure: undefined,
      replay: undefined,
    });
  });

  it('is read back as it was, a sighting and a failure', async () => {
    const write = entry();
    await recordSighting(ledger.table, write, { ...sighting, fingerprint: nothingKnown });
    await recordFailure(ledger.table, write, failure);

    const record = await recordOf(write);

    expect(record).toStrictEqual({
      taken: undefined,
      sighting: { ...sighting, fingerprint: nothingKnown },
      failure,
      replay: undefined,
    });
  });

  it('has neither sighting nor failure any more once a version is taken', async () => {
    const write = entry();
    await recordSighting(ledger.table, write, sighting);
    await recordFailure(ledger.table, write, failure);
    await recordTaken(ledger.table, write, taken);

    const record = await recordOf(write);

    expect(record).toEqual({ taken, sighting: undefined, failure: undefined });
  });

  it('keeps the version that was taken when a newer one fails', async () => {
    const write = entry();
    await recordTaken(ledger.table, write, taken);
    await recordFailure(ledger.table, write, failure);

    const record = await recordOf(write);

    expect(record).toMatchObject({ taken, failure });
  });

  it('has the look of the listing after it was looked at, and all else unchanged', async () => {
    const write = entry();
    const look = { ...fingerprint, unique: 'u2' };
    await recordTaken(ledger.table, write, taken);
    await recordFailure(ledger.table, write, failure);
    await recordLook(ledger.table, write, look);

    const record = await recordOf(write);

    expect(record).toEqual({
      taken: { ...taken, fingerprint: look },
      sighting: undefined,
      failure: undefined,
    });
  });
});

describe('a writer of an older run', () => {
  it.each([
    ['taken', (write: EntryWrite) => recordTaken(ledger.table, write, { ...taken, sha256: 'late' })],
    ['sighting', (write: EntryWrite) => recordSighting(ledger.table, write, { ...sighting, runs: 9 })],
    ['failure', (write: EntryWrite) => recordFailure(ledger.table, write, { ...failure, fault: 'late' })],
    ['look', (write: EntryWrite) => recordLook(ledger.table, write, nothingKnown)],
  ])('loses with its %s, and changes nothing', async (_, record) => {
    const newer = entry({ fence: 2 });
    await recordTaken(ledger.table, newer, taken);

    const recording = record({ ...newer, fence: 1 });

    await expect(recording).rejects.toThrow(FencedError);
    expect(await recordOf(newer)).toEqual({ taken, sighting: undefined, failure: undefined });
  });

  it('is told which file it was', async () => {
    const newer = entry({ fence: 2, relativePath: 'sub/a.csv' });
    await recordTaken(ledger.table, newer, taken);

    const recording = recordTaken(ledger.table, { ...newer, fence: 1 }, taken);

    await expect(recording).rejects.toThrow('A newer run of this flow has recorded sub/a.csv');
  });

  it('is not the same run, which may write again', async () => {
    const write = entry({ fence: 2 });
    await recordTaken(ledger.table, write, taken);

    await recordTaken(ledger.table, write, { ...taken, runId: 'run-2' });

    expect(await recordOf(write)).toMatchObject({ taken: { runId: 'run-2' } });
  });
});

describe('a name that hurts', () => {
  const long = 'é'.repeat(600);
  it.each([
    ['an emoji', '😀.csv'],
    ['a hash sign', '#flow#name.csv'],
    ['a colon, a dot and a dollar sign', ':v0.$.#name'],
    ['spaces at either end', ' a '],
    ['a line separator', 'a\u2028b'],
    ['a composed letter', 'caf\u00e9'],
    ['a decomposed letter', 'cafe\u0301'],
    ['1,200 bytes', long],
    ['a tilde', '~'],
    ['1,200 bytes in a directory of 1,200 bytes', `${long}/${long}`],
    ['a directory with a hash sign', 'a#b/c.csv'],
    ['the name of an attribute of every object', '__proto__'],
  ])('%s is read back letter for letter', async (_, relativePath) => {
    const write = entry({ relativePath });
    await recordTaken(ledger.table, write, taken);

    const record = await recordOf(write);

    expect(record?.taken).toEqual(taken);
  });

  it('is another file in each of its Unicode forms', async () => {
    const composed = entry({ relativePath: 'caf\u00e9' });
    await recordTaken(ledger.table, composed, taken);

    const decomposed = await recordOf({ ...composed, relativePath: 'cafe\u0301' });

    expect(decomposed).toBeUndefined();
  });

  it('cannot be made to share the entry of a name that is hashed', async () => {
    const hashed = entry({ relativePath: long });
    const posing = { ...hashed, relativePath: fileKey(hashed.flowName, long).sk };
    await recordTaken(ledger.table, hashed, taken);
    await recordTaken(ledger.table, posing, { ...taken, sha256: 'posing' });

    const record = await recordOf(hashed);

    expect(record?.taken?.sha256).toBe(taken.sha256);
  });
});

describe('a directory', () => {
  it('of 3,000 files is read whole, page by page', async () => {
    const flowName = newFlow();
    const names = Array.from({ length: 3000 }, (_, index) => `${'n'.repeat(200)}-${index}`);
    for (let from = 0; from < names.length; from += 100) {
      const batch = names.slice(from, from + 100);
      await Promise.all(
        batch.map((relativePath) => recordTaken(ledger.table, entry({ flowName, relativePath }), taken)),
      );
    }

    const asked = { directory: '', names: new Set(names) };
    const files = await filesOfDirectory(ledger.table, flowName, asked);

    expect(files.size).toBe(3000);
    expect(names.filter((name) => !files.has(name))).toEqual([]);
  });

  it('does not show what is in its subdirectories, or in another flow', async () => {
    const flowName = newFlow();
    await recordTaken(ledger.table, entry({ flowName, relativePath: 'sub/a.csv' }), taken);
    await recordTaken(ledger.table, entry({ flowName, relativePath: 'b.csv' }), taken);
    await recordTaken(ledger.table, entry({ relativePath: 'c.csv' }), taken);

    const names = new Set(['a.csv', 'b.csv', 'c.csv']);
    const files = await filesOfDirectory(ledger.table, flowName, { directory: '', names });

    expect([...files.keys()]).toEqual(['b.csv']);
  });

  it('gives nothing of what is not asked for, however long its past', async () => {
    const flowName = newFlow();
    for (const relativePath of ['old.csv', 'now.csv']) {
      await recordTaken(ledger.table, entry({ flowName, relativePath }), taken);
    }

    const names = new Set(['now.csv', 'never.csv']);
    const files = await filesOfDirectory(ledger.table, flowName, { directory: '', names });

    expect([...files.keys()]).toEqual(['now.csv']);
  });

  it('is read from the first name asked for to the last, in the order of its bytes', async () => {
    const flowName = newFlow();
    // In UTF-16 the emoji would stand before the private letter; a tilde and a long name are hashed.
    const names = ['\u{1f600}.csv', '\uf8ff.csv', '~.csv', 'a.csv', 'x'.repeat(1100)];
    for (const relativePath of names)
      await recordTaken(ledger.table, entry({ flowName, relativePath }), taken);

    const files = await filesOfDirectory(ledger.table, flowName, { directory: '', names: new Set(names) });

    expect([...files.keys()].toSorted()).toEqual(names.toSorted());
  });

  it('of which nothing is asked gives nothing', async () => {
    const flowName = newFlow();
    await recordTaken(ledger.table, entry({ flowName }), taken);

    const files = await filesOfDirectory(ledger.table, flowName, { directory: '', names: new Set() });

    expect(files.size).toBe(0);
  });

  it('that nobody has seen is empty', async () => {
    const asked = { directory: 'sub', names: new Set(['a.csv']) };
    const files = await filesOfDirectory(ledger.table, newFlow(), asked);

    expect(files.size).toBe(0);
  });
});
