import { describe, expect, it } from 'vitest';
import type { Fingerprint } from '../../../../lambdas/core/listing/fingerprint.ts';
import type { ObjectKey } from '../../../../lambdas/core/path/object-key.ts';
import { parseRelativePath } from '../../../../lambdas/core/path/relative-path.ts';
import type {
  LastError,
  Observation,
  TransferredVersion,
} from '../../../../lambdas/core/plan/file-record.ts';
import {
  type EntryWrite,
  FencedError,
  RecordConflictError,
  readDirectory,
  recordFileError,
  recordListedLook,
  recordObservation,
  recordTransferredVersion,
} from '../../../../lambdas/ledger/entries/file-entries.ts';
import { fileKey } from '../../../../lambdas/ledger/keys.ts';
import { newFlow, useTable } from '../test-table.ts';

const ledger = useTable();

const fingerprint: Fingerprint = {
  sizeBytes: 100,
  modified: { raw: '20261119120000', wallClock: '2026-11-19T12:00:00', precision: 'second', clock: 'utc' },
  unique: 'u1',
};
const nothingKnown: Fingerprint = { sizeBytes: undefined, modified: undefined, unique: undefined };
const at = new Date('2026-11-20T02:15:30.123Z');

const transferred: TransferredVersion = {
  fingerprint,
  key: 'acme/a.csv' as ObjectKey,
  sizeBytes: 100,
  sha256: 'ab'.repeat(32),
  crc32: 'qlWqVQ==',
  verifiedModified: fingerprint.modified,
  isTimeFinal: false,
  doneFile: undefined,
  etag: '"etag"',
  versionId: 'v1',
  isReplaced: false,
  runId: 'run-1',
  transferredAt: at,
};
const observation: Observation = { fingerprint, firstSeenAt: at, runs: 2, lastRunId: 'run-1' };
const failure: LastError = { fingerprint, error: 'timeout', message: 'silent', attempts: 1, failedAt: at };

function entry(changes: Partial<EntryWrite> = {}): EntryWrite {
  return { flowName: newFlow(), relativePath: parseRelativePath('a.csv'), fence: 1, ...changes };
}

async function recordOf({ flowName, relativePath }: EntryWrite) {
  const slash = relativePath.lastIndexOf('/');
  const directory = slash === -1 ? '' : relativePath.slice(0, slash);
  const name = relativePath.slice(slash + 1);
  const files = await readDirectory(ledger.table, flowName, { directory, names: new Set([name]) });
  return files.get(name);
}

describe('the record of a file', () => {
  it('is read back as it was, the version that was transferred', async () => {
    const write = entry();
    await recordTransferredVersion(ledger.table, write, transferred);

    const record = await recordOf(write);

    expect(record).toEqual({ transferred, observation: undefined, lastError: undefined });
  });

  it('is read back as it was if the server reports almost nothing', async () => {
    const write = entry();
    const sparse = {
      ...transferred,
      fingerprint: nothingKnown,
      verifiedModified: undefined,
      isTimeFinal: false,
      versionId: undefined,
    };
    await recordTransferredVersion(ledger.table, write, sparse);

    const record = await recordOf(write);

    expect(record).toStrictEqual({
      transferred: sparse,
      observation: undefined,
      lastError: undefined,
      replay: undefined,
    });
  });

  it('is read back as it was, a observation and a failure', async () => {
    const write = entry();
    await recordObservation(ledger.table, write, { ...observation, fingerprint: nothingKnown });
    await recordFileError(ledger.table, write, failure);

    const record = await recordOf(write);

    expect(record).toStrictEqual({
      transferred: undefined,
      observation: { ...observation, fingerprint: nothingKnown },
      lastError: failure,
      replay: undefined,
    });
  });

  it('has neither observation nor failure any more once a version is transferred', async () => {
    const write = entry();
    await recordObservation(ledger.table, write, observation);
    await recordFileError(ledger.table, write, failure);
    await recordTransferredVersion(ledger.table, write, transferred);

    const record = await recordOf(write);

    expect(record).toEqual({ transferred, observation: undefined, lastError: undefined });
  });

  it('keeps the version that was transferred when a newer one fails', async () => {
    const write = entry();
    await recordTransferredVersion(ledger.table, write, transferred);
    await recordFileError(ledger.table, write, failure);

    const record = await recordOf(write);

    expect(record).toMatchObject({ transferred, lastError: failure });
  });

  it('has the fingerprint of the listing after a check, and everything else unchanged', async () => {
    const write = entry();
    const look = { ...fingerprint, unique: 'u2' };
    await recordTransferredVersion(ledger.table, write, transferred);
    await recordFileError(ledger.table, write, failure);
    await recordListedLook(ledger.table, write, { look, doneFile: look });

    const record = await recordOf(write);

    expect(record).toEqual({
      transferred: { ...transferred, fingerprint: look, doneFile: look },
      observation: undefined,
      lastError: undefined,
    });
  });
});

describe('a writer of an older run', () => {
  it.each([
    [
      'transferred',
      (write: EntryWrite) =>
        recordTransferredVersion(ledger.table, write, { ...transferred, sha256: 'late' }),
    ],
    [
      'observation',
      (write: EntryWrite) => recordObservation(ledger.table, write, { ...observation, runs: 9 }),
    ],
    ['failure', (write: EntryWrite) => recordFileError(ledger.table, write, { ...failure, error: 'late' })],
    [
      'look',
      (write: EntryWrite) =>
        recordListedLook(ledger.table, write, { look: nothingKnown, doneFile: undefined }),
    ],
  ])('loses with its %s, and changes nothing', async (_, record) => {
    const newer = entry({ fence: 2 });
    await recordTransferredVersion(ledger.table, newer, transferred);

    const recording = record({ ...newer, fence: 1 });

    await expect(recording).rejects.toThrow(FencedError);
    expect(await recordOf(newer)).toEqual({ transferred, observation: undefined, lastError: undefined });
  });

  it('gets the path of the file', async () => {
    const newer = entry({ fence: 2, relativePath: parseRelativePath('sub/a.csv') });
    await recordTransferredVersion(ledger.table, newer, transferred);

    const recording = recordTransferredVersion(ledger.table, { ...newer, fence: 1 }, transferred);

    await expect(recording).rejects.toThrow('A newer run of this flow has recorded sub/a.csv');
  });

  it('is not the same run, which may write again', async () => {
    const write = entry({ fence: 2 });
    await recordTransferredVersion(ledger.table, write, transferred);

    await recordTransferredVersion(ledger.table, write, { ...transferred, runId: 'run-2' });

    expect(await recordOf(write)).toMatchObject({ transferred: { runId: 'run-2' } });
  });
});

describe('a version whose object another run has replaced', () => {
  const theirs = { ...transferred, etag: 'theirs', runId: 'run-2' };

  it('is not recorded over the version of the other run, whatever their fences are', async () => {
    const write = entry({ fence: 2 });
    await recordTransferredVersion(ledger.table, { ...write, fence: 1 }, theirs);

    const recording = recordTransferredVersion(ledger.table, write, transferred, ['read by the plan']);

    await expect(recording).rejects.toThrow(RecordConflictError);
    expect(await recordOf(write)).toMatchObject({ transferred: theirs });
  });

  it.each([
    ['that the run has planned with', ['theirs']],
    ['whose object it replaced', ['read by the plan', 'theirs']],
  ])('takes the place of a version %s', async (_, replaces) => {
    const write = entry({ fence: 2 });
    await recordTransferredVersion(ledger.table, { ...write, fence: 1 }, theirs);

    await recordTransferredVersion(ledger.table, write, transferred, replaces);

    expect(await recordOf(write)).toMatchObject({ transferred });
  });
});

describe('an unusual name', () => {
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
    const write = entry({ relativePath: parseRelativePath(relativePath) });
    await recordTransferredVersion(ledger.table, write, transferred);

    const record = await recordOf(write);

    expect(record?.transferred).toEqual(transferred);
  });

  it('is another file in each of its Unicode forms', async () => {
    const composed = entry({ relativePath: parseRelativePath('caf\u00e9') });
    await recordTransferredVersion(ledger.table, composed, transferred);

    const decomposed = await recordOf({ ...composed, relativePath: parseRelativePath('cafe\u0301') });

    expect(decomposed).toBeUndefined();
  });

  it('cannot be made to share the entry of a name that is hashed', async () => {
    const hashed = entry({ relativePath: parseRelativePath(long) });
    const posing = {
      ...hashed,
      relativePath: parseRelativePath(fileKey(hashed.flowName, hashed.relativePath).sk),
    };
    await recordTransferredVersion(ledger.table, hashed, transferred);
    await recordTransferredVersion(ledger.table, posing, { ...transferred, sha256: 'posing' });

    const record = await recordOf(hashed);

    expect(record?.transferred?.sha256).toBe(transferred.sha256);
  });
});

describe('a directory', () => {
  it('of 3,000 files is read whole, page by page', async () => {
    const flowName = newFlow();
    const names = Array.from({ length: 3000 }, (_, index) => `${'n'.repeat(200)}-${index}`);
    for (let from = 0; from < names.length; from += 100) {
      const batch = names.slice(from, from + 100);
      await Promise.all(
        batch.map((relativePath) =>
          recordTransferredVersion(
            ledger.table,
            entry({ flowName, relativePath: parseRelativePath(relativePath) }),
            transferred,
          ),
        ),
      );
    }

    const asked = { directory: '', names: new Set(names) };
    const files = await readDirectory(ledger.table, flowName, asked);

    expect(files.size).toBe(3000);
    expect(names.filter((name) => !files.has(name))).toEqual([]);
  });

  it('does not include its subdirectories or another flow', async () => {
    const flowName = newFlow();
    await recordTransferredVersion(
      ledger.table,
      entry({ flowName, relativePath: parseRelativePath('sub/a.csv') }),
      transferred,
    );
    await recordTransferredVersion(
      ledger.table,
      entry({ flowName, relativePath: parseRelativePath('b.csv') }),
      transferred,
    );
    await recordTransferredVersion(
      ledger.table,
      entry({ relativePath: parseRelativePath('c.csv') }),
      transferred,
    );

    const names = new Set(['a.csv', 'b.csv', 'c.csv']);
    const files = await readDirectory(ledger.table, flowName, { directory: '', names });

    expect([...files.keys()]).toEqual(['b.csv']);
  });

  it('returns only what is requested, however many old entries it has', async () => {
    const flowName = newFlow();
    for (const relativePath of ['old.csv', 'now.csv']) {
      await recordTransferredVersion(
        ledger.table,
        entry({ flowName, relativePath: parseRelativePath(relativePath) }),
        transferred,
      );
    }

    const names = new Set(['now.csv', 'never.csv']);
    const files = await readDirectory(ledger.table, flowName, { directory: '', names });

    expect([...files.keys()]).toEqual(['now.csv']);
  });

  it('is read from the first name asked for to the last, in the order of its bytes', async () => {
    const flowName = newFlow();
    // In UTF-16 the emoji would be before the private-use character. A tilde and a long name are hashed.
    const names = ['\u{1f600}.csv', '\uf8ff.csv', '~.csv', 'a.csv', 'x'.repeat(1100)];
    for (const relativePath of names)
      await recordTransferredVersion(
        ledger.table,
        entry({ flowName, relativePath: parseRelativePath(relativePath) }),
        transferred,
      );

    const files = await readDirectory(ledger.table, flowName, { directory: '', names: new Set(names) });

    expect([...files.keys()].toSorted()).toEqual(names.toSorted());
  });

  it('returns nothing if nothing is requested', async () => {
    const flowName = newFlow();
    await recordTransferredVersion(ledger.table, entry({ flowName }), transferred);

    const files = await readDirectory(ledger.table, flowName, { directory: '', names: new Set() });

    expect(files.size).toBe(0);
  });

  it('that was never listed is empty', async () => {
    const asked = { directory: 'sub', names: new Set(['a.csv']) };
    const files = await readDirectory(ledger.table, newFlow(), asked);

    expect(files.size).toBe(0);
  });
});
