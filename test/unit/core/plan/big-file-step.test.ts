import { describe, expect, it } from 'vitest';
import {
  type BigFileFacts,
  type BigFileHistory,
  type BigFileStep,
  bigFileStep,
  canResume,
  failStep,
  interruptedStep,
  type PartsVersion,
  type RestartRules,
  type SliceErrorFacts,
  sliceRanges,
  type Uploading,
} from '../../../../lambdas/core/plan/big-file-step.ts';
import type { FileErrorKind } from '../../../../lambdas/core/plan/outcome.ts';

const modified = {
  raw: '20261119120000',
  wallClock: '2026-11-19T12:00:00',
  precision: 'second',
  clock: 'utc',
} as const;
const later = { ...modified, raw: '20261119120500', wallClock: '2026-11-19T12:05:00' } as const;
const upload = { sizeBytes: 40, partBytes: 10, modifiedRaw: modified.raw, reading: 'from-offset' } as const;
const found = { sizeBytes: 40, modified };
const missing = [{ firstPart: 2, lastPart: 3 }];
const whole: Uploading = {
  kind: 'uploading',
  upload,
  missing: [],
  sliceError: undefined,
  checksum: 'unknown',
  found,
};
const partial: Uploading = { ...whole, missing };

const fresh: BigFileHistory = { storedParts: 0, stalledRounds: 0, hasSlices: false, restarted: undefined };
const fetched: BigFileHistory = { ...fresh, hasSlices: true };
const restarted = { at: '2026-11-19T12:00:00.000Z', why: 'The file changed.' };
const rules: RestartRules = {
  settled: { minAgeMs: 60_000, unchangedListings: 1, doneFile: undefined },
  now: new Date('2026-11-19T12:00:59Z'),
};
const aMinuteLater: RestartRules = { ...rules, now: new Date('2026-11-19T12:01:00Z') };

const wrongBytes: SliceErrorFacts = { error: 'wrong-size', message: 'REST lies.', retryable: false };
const slow: SliceErrorFacts = { error: 'deadline-exceeded', message: 'Too slow.', retryable: true };
const denied: SliceErrorFacts = { error: 'denied', message: 'No access.', retryable: false };

type Row = [
  string,
  BigFileFacts,
  BigFileHistory,
  Partial<BigFileStep> & { error?: FileErrorKind },
  RestartRules?,
];

describe('a big file', () => {
  it.each<Row>([
    ['begins first', { kind: 'not-begun' }, fresh, { kind: 'begin', stalledRounds: 0 }],
    ['completes when it has all parts', whole, fetched, { kind: 'complete', verification: 'size+mtime' }],
    [
      'is verified only by size if the server has no MDTM',
      {
        ...whole,
        upload: { ...upload, modifiedRaw: undefined },
        found: { sizeBytes: 40, modified: undefined },
      },
      fetched,
      { kind: 'complete', verification: 'size' },
    ],
    [
      'is verified by CRC-32 if the server computes the same',
      { ...whole, checksum: 'equal' },
      fetched,
      { kind: 'complete', verification: 'crc32' },
    ],
    [
      'completes if the server reports no size',
      { ...whole, found: { sizeBytes: undefined, modified } },
      fetched,
      { kind: 'complete' },
    ],
  ])('%s', expectStep);
});

describe('missing parts', () => {
  it.each<Row>([
    ['are fetched', partial, fresh, { kind: 'fetch-slices', stalledRounds: 0 }],
    [
      'are fetched without another stalled round if the last round had no slices',
      partial,
      { ...fresh, stalledRounds: 2, storedParts: 2 },
      { kind: 'fetch-slices', stalledRounds: 2 },
    ],
    [
      'are fetched without stalled rounds after progress',
      partial,
      { ...fetched, stalledRounds: 2, storedParts: 1 },
      { kind: 'fetch-slices', stalledRounds: 0 },
    ],
    [
      'are fetched again after a round without progress',
      partial,
      { ...fetched, stalledRounds: 1, storedParts: 2 },
      { kind: 'fetch-slices', stalledRounds: 2 },
    ],
    [
      'fail after three rounds without progress, and what is stored is kept',
      partial,
      { ...fetched, stalledRounds: 2, storedParts: 2 },
      { kind: 'fail', error: 'deadline-exceeded', parts: 'keep', restProof: 'keep' },
    ],
    [
      'fail after three such rounds with the error of a slice',
      { ...partial, sliceError: slow },
      { ...fetched, stalledRounds: 2, storedParts: 2 },
      { kind: 'fail', error: 'deadline-exceeded', message: 'Too slow.' },
    ],
    [
      'are fetched again after a slice error that a retry may cure',
      { ...partial, sliceError: slow },
      { ...fetched, storedParts: 2 },
      { kind: 'fetch-slices', stalledRounds: 1 },
    ],
    [
      'fail at once after a slice error that no retry cures',
      { ...partial, sliceError: denied },
      fetched,
      { kind: 'fail', error: 'denied', parts: 'keep' },
    ],
    [
      'fail without their parts if the file is read from its start',
      { ...partial, sliceError: denied, upload: { ...upload, reading: 'from-start' } },
      fetched,
      { kind: 'fail', error: 'denied', parts: 'discard' },
    ],
  ])('%s', expectStep);
});

describe('an upload that is gone', () => {
  it.each<Row>([
    ['begins again', { kind: 'upload-gone' }, fetched, { kind: 'begin', stalledRounds: 1 }],
    [
      'fails the third time in a row',
      { kind: 'upload-gone' },
      { ...fetched, stalledRounds: 2 },
      { kind: 'fail', error: 'deadline-exceeded', parts: 'keep' },
    ],
  ])('%s', expectStep);
});

describe('a file that changes during the transfer', () => {
  const larger = { sizeBytes: 50, modified };
  it.each<Row>([
    [
      'restarts with the new version',
      { ...partial, found: larger },
      fetched,
      { kind: 'restart', version: larger, restProof: 'keep' },
    ],
    [
      'restarts if only its time changed, even with all parts',
      { ...whole, found: { sizeBytes: 40, modified: later } },
      fetched,
      { kind: 'restart', version: { sizeBytes: 40, modified: later } },
    ],
    [
      'fails when it is gone and a part is missing',
      { ...partial, found: undefined },
      fetched,
      { kind: 'fail', error: 'gone', parts: 'discard' },
    ],
    [
      'is complete when it is gone and all its parts are there: they may be the only copy',
      { ...whole, found: undefined },
      fetched,
      { kind: 'complete', found: undefined, verification: 'size' },
    ],
    [
      'fails when it has become empty',
      { ...whole, found: { sizeBytes: 0, modified: later } },
      fetched,
      { kind: 'fail', error: 'changed', parts: 'discard' },
    ],
    [
      'fails the second time',
      { ...whole, found: larger },
      { ...fetched, restarted },
      { kind: 'fail', error: 'changed', parts: 'discard' },
    ],
    [
      'fails if several listings must show it unchanged',
      { ...whole, found: larger },
      fetched,
      { kind: 'fail', error: 'changed' },
      { ...rules, settled: { ...rules.settled, unchangedListings: 2 } },
    ],
    [
      'fails if it needs a done file',
      { ...whole, found: larger },
      fetched,
      { kind: 'fail', error: 'changed' },
      { ...rules, settled: { ...rules.settled, doneFile: '{name}.done' } },
    ],
    [
      'fails with its parts kept while the new version is younger than settled.minAge',
      whole,
      { ...fetched, restarted },
      { kind: 'fail', error: 'changed', parts: 'keep' },
    ],
    [
      'completes when the new version has that age',
      whole,
      { ...fetched, restarted },
      { kind: 'complete', verification: 'size+mtime' },
      aMinuteLater,
    ],
  ])('%s', expectStep);
});

describe('wrong bytes', () => {
  const mismatch = { serverHex: 'deadbeef', ourHex: '01234567' };
  it.each<Row>([
    [
      'of a slice restart the same version, and REST is proved again',
      { ...partial, sliceError: wrongBytes },
      fetched,
      { kind: 'restart', version: undefined, why: 'REST lies. The transfer restarted.', restProof: 'drop' },
    ],
    [
      'by the CRC-32 of the server restart it too',
      { ...whole, checksum: mismatch },
      fetched,
      { kind: 'restart', version: undefined, restProof: 'drop' },
    ],
    [
      'fail the second time',
      { ...whole, checksum: mismatch },
      { ...fetched, restarted },
      { kind: 'fail', error: 'wrong-size', parts: 'discard', restProof: 'drop' },
    ],
    [
      'do not matter if the file has changed too',
      { ...partial, sliceError: wrongBytes, found: undefined },
      fetched,
      { kind: 'fail', error: 'gone', restProof: 'keep' },
    ],
  ])('%s', expectStep);
});

function expectStep(...[_, facts, history, expected, restartRules = rules]: Row): void {
  const step = bigFileStep(facts, history, restartRules);

  expect(step).toMatchObject(expected);
}

describe('a round that the deadline interrupts', () => {
  it.each<[string, number, Partial<BigFileStep> & { error?: FileErrorKind }]>([
    ['waits for the next one', 0, { kind: 'wait', stalledRounds: 1 }],
    [
      'fails the file the third time in a row',
      2,
      { kind: 'fail', error: 'deadline-exceeded', parts: 'keep' },
    ],
  ])('%s', (_, stalledRounds, expected) => {
    const step = interruptedStep({ ...fetched, stalledRounds });

    expect(step).toMatchObject(expected);
  });
});

describe('an error that no retry cures', () => {
  it.each<[FileErrorKind, 'keep' | 'discard']>([
    ['gone', 'discard'],
    ['changed', 'discard'],
    ['wrong-size', 'discard'],
    ['foreign-object', 'discard'],
    ['denied', 'keep'],
    ['storage', 'keep'],
    ['connection-lost', 'keep'],
  ])('%s: %s the parts', (error, parts) => {
    const step = failStep({ error, message: 'It failed.' });

    expect(step).toMatchObject({ kind: 'fail', error, message: 'It failed.', parts });
  });
});

describe('the parts of an earlier upload', () => {
  const wanted: PartsVersion = {
    key: 'k',
    sizeBytes: 40,
    partBytes: 10,
    modifiedRaw: modified.raw,
    unique: 'u1',
  };
  it.each<[string, Partial<PartsVersion>, Partial<PartsVersion>, boolean]>([
    ['are used if all facts are equal', {}, {}, true],
    ['are used if the listing has no unique fact', {}, { unique: undefined }, true],
    ['are used by the unique fact alone', { modifiedRaw: undefined }, { modifiedRaw: undefined }, true],
    [
      'are not used by size alone',
      { modifiedRaw: undefined, unique: undefined },
      { modifiedRaw: undefined, unique: undefined },
      false,
    ],
    ['are not used if the unique fact differs', { unique: 'u2' }, {}, false],
    ['are not used if the time differs', { modifiedRaw: later.raw }, {}, false],
    ['are not used if the size differs', { sizeBytes: 50 }, {}, false],
    ['are not used if the part size differs', { partBytes: 20 }, {}, false],
    ['are not used under another key', { key: 'other' }, {}, false],
  ])('%s', (_, known, version, expected) => {
    const isUsed = canResume({ ...wanted, ...known }, { ...wanted, ...version });

    expect(isUsed).toBe(expected);
  });
});

describe('slices', () => {
  const pace = { bytesPerSecond: 1, invocationSeconds: 20, sessions: 1 };

  it('cover the missing parts', () => {
    const ranges = sliceRanges(upload, missing, pace);

    expect(ranges).toEqual([
      { firstPart: 2, lastPart: 2 },
      { firstPart: 3, lastPart: 3 },
    ]);
  });

  it('are one for the whole file if it is read from its start', () => {
    const ranges = sliceRanges({ ...upload, reading: 'from-start' }, missing, pace);

    expect(ranges).toEqual([{ firstPart: 1, lastPart: 4 }]);
  });
});
