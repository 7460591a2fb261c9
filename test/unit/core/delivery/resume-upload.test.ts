import { describe, expect, it } from 'vitest';
import {
  closeBeforeMs,
  isInPlace,
  isLarge,
  isStuck,
  isTooLate,
  type SentRange,
  startCheckpoint,
  type UploadCheckpoint,
  type UploadStart,
  type UploadState,
  uploadStart,
} from '../../../../lambdas/core/delivery/resume-upload.ts';

const mebibyte = 1024 * 1024;
const secondMs = 1000;

const mark = (changes: Partial<UploadCheckpoint> = {}): UploadCheckpoint => ({
  versionId: 'v1',
  staging: '/in/.a.part',
  reachedBytes: 0,
  stalledInvocations: 0,
  closedBytes: undefined,
  restart: undefined,
  append: undefined,
  ...changes,
});

const fromStart = { kind: 'from-start', extent: 'resumable' } as const;
const restart = (offset: number) => ({ kind: 'restart', offset }) as const;

/** An object of 1 GiB that is expected to be too large for one invocation. */
const large: UploadState = {
  sizeBytes: 1024 * mebibyte,
  stagedBytes: undefined,
  mark: undefined,
  isLarge: true,
};
const somewhere = 100 * mebibyte + 5;
const noRestart = { closedBytes: somewhere, restart: 'refused' } as const;

describe('an upload', () => {
  it.each<[string, Partial<UploadState>, UploadStart]>([
    ['of which nothing is staged starts from the beginning', {}, fromStart],
    [
      'of which less than a step is staged starts from the beginning',
      { stagedBytes: mebibyte - 1 },
      fromStart,
    ],
    ['resumes at the last whole step', { stagedBytes: somewhere }, restart(100 * mebibyte)],
    [
      'resumes at its end if an invocation closed it',
      { stagedBytes: somewhere, mark: mark({ closedBytes: somewhere }) },
      restart(somewhere),
    ],
    [
      'resumes at the last whole step if its size is not the closed one',
      { stagedBytes: somewhere, mark: mark({ closedBytes: somewhere - 1 }) },
      restart(100 * mebibyte),
    ],
    [
      'that is completely staged sends its last step again',
      { stagedBytes: 1024 * mebibyte },
      restart(1023 * mebibyte),
    ],
    [
      'that an invocation closed with all bytes is complete',
      { stagedBytes: 1024 * mebibyte, mark: mark({ closedBytes: 1024 * mebibyte }) },
      { kind: 'complete' },
    ],
    [
      'of which too much is staged starts from the beginning',
      { stagedBytes: 1024 * mebibyte + 1 },
      fromStart,
    ],
    [
      'that is not large starts from the beginning',
      { isLarge: false, stagedBytes: 10 * mebibyte },
      fromStart,
    ],
    [
      'that is not large resumes if much is staged',
      { isLarge: false, stagedBytes: 64 * mebibyte },
      restart(64 * mebibyte),
    ],
    [
      'that is not large resumes if it has a checkpoint',
      { isLarge: false, stagedBytes: 10 * mebibyte, mark: mark() },
      restart(10 * mebibyte),
    ],
    [
      'appends if REST is refused and the closed size is known',
      { stagedBytes: somewhere, mark: mark(noRestart) },
      { kind: 'append', offset: somewhere },
    ],
    [
      'starts from the beginning if REST is refused and a lost invocation may still write',
      { stagedBytes: somewhere, mark: mark({ ...noRestart, closedBytes: undefined }) },
      fromStart,
    ],
    [
      'starts from the beginning if REST is refused and its size is not the closed one',
      { stagedBytes: somewhere + 1, mark: mark(noRestart) },
      fromStart,
    ],
    [
      'starts from the beginning, in one invocation, if APPE is refused too',
      { stagedBytes: somewhere, mark: mark({ ...noRestart, append: 'refused' }) },
      { kind: 'from-start', extent: 'one-invocation' },
    ],
    [
      'of an empty object starts from the beginning',
      { sizeBytes: 0, stagedBytes: 0, mark: mark({ closedBytes: 0 }) },
      fromStart,
    ],
  ])('%s', (_, facts, expected) => {
    expect(uploadStart({ ...large, ...facts })).toEqual(expected);
  });
});

/** A range of 10 MiB after 100 MiB. */
const piece: SentRange = {
  offset: 100 * mebibyte,
  sentBytes: 10 * mebibyte,
  sizeBytes: 1024 * mebibyte,
  stagedBefore: somewhere,
  stagedAfter: 110 * mebibyte,
};

describe('a sent range', () => {
  it.each<[string, Partial<SentRange>, boolean]>([
    ['that ends at its end is in place', {}, true],
    ['after which the server kept the old bytes is in place', { stagedAfter: 111 * mebibyte }, true],
    ['that created a new file is not', { stagedAfter: 10 * mebibyte }, false],
    ['that overwrote the start of the file is not', { stagedAfter: somewhere }, false],
    ['that was appended is not', { stagedAfter: somewhere + 10 * mebibyte }, false],
    ['of a file that does not exist is not', { stagedAfter: undefined }, false],
    ['in a file that is larger than the object is not', { stagedAfter: 1025 * mebibyte }, false],
    [
      'that is the last ends with the object',
      { offset: 1014 * mebibyte, stagedAfter: 1024 * mebibyte },
      true,
    ],
    [
      'that is the last does not end before the end of the object',
      { offset: 1014 * mebibyte, stagedAfter: 1023 * mebibyte },
      false,
    ],
    ['that was appended at the end is in place', { stagedBefore: 100 * mebibyte }, true],
  ])('%s', (_, facts, expected) => {
    expect(isInPlace({ ...piece, ...facts })).toBe(expected);
  });
});

describe('the checkpoint at the start of an invocation', () => {
  it.each<
    [
      string,
      UploadCheckpoint | undefined,
      number | undefined,
      { stalledInvocations: number; hasGrown: boolean },
    ]
  >([
    ['is the first', undefined, 5, { stalledInvocations: 0, hasGrown: false }],
    [
      'finds more than before',
      mark({ reachedBytes: 4, stalledInvocations: 3 }),
      5,
      { stalledInvocations: 0, hasGrown: true },
    ],
    [
      'finds the same',
      mark({ reachedBytes: 5, stalledInvocations: 3 }),
      5,
      { stalledInvocations: 4, hasGrown: false },
    ],
    [
      'finds less',
      mark({ reachedBytes: 6, stalledInvocations: 3 }),
      5,
      { stalledInvocations: 4, hasGrown: false },
    ],
    ['finds nothing', mark({ reachedBytes: 6 }), undefined, { stalledInvocations: 1, hasGrown: false }],
  ])('counts stalled invocations if it %s', (_, before, staged, expected) => {
    const { mark: after, hasGrown } = startCheckpoint(
      { versionId: 'v1', staging: '/in/.a.part' },
      before,
      staged,
    );

    expect({ stalledInvocations: after.stalledInvocations, hasGrown }).toEqual(expected);
  });

  it('clears the closed size, and keeps what the server supports', () => {
    const before = mark({ closedBytes: 5, restart: 'refused', append: 'refused' });

    const { mark: after } = startCheckpoint({ versionId: 'v1', staging: '/in/.a.part' }, before, 5);

    expect(after).toMatchObject({ closedBytes: undefined, restart: 'refused', append: 'refused' });
  });

  it('is stuck after ten stalled invocations', () => {
    expect([9, 10].map((stalledInvocations) => isStuck(mark({ stalledInvocations })))).toEqual([false, true]);
  });
});

it.each([
  [900, 900_000_000, false],
  [900, 901_000_000, true],
  [20, 20_000_000, false],
  [20, 21_000_000, true],
])(
  'with functions of %i seconds and 10 MB/s, an object of %i bytes is large: %s',
  (seconds, size, expected) => {
    const rate = { secondsPerFile: 0, bytesPerSecond: 10_000_000 };

    expect(isLarge(size, rate, seconds * secondMs)).toBe(expected);
  },
);

it.each([
  [900, 60],
  [20, 2.5],
  [3, 0.375],
])('an invocation of %i seconds closes an upload %d seconds before all work must stop', (seconds, before) => {
  expect(closeBeforeMs(seconds * secondMs)).toBe(before * secondMs);
});

it.each<[string, UploadStart, number, boolean]>([
  ['to make progress, with a quarter of the time', restart(5), 25, false],
  ['to make progress, with less than a quarter of the time', restart(5), 24, true],
  [
    'to send the whole object, with 60 percent of the time',
    { kind: 'from-start', extent: 'one-invocation' },
    60,
    false,
  ],
  [
    'to send the whole object, with less than that',
    { kind: 'from-start', extent: 'one-invocation' },
    59,
    true,
  ],
])('whether it is too late %s: %s', (_, start, leftMs, expected) => {
  expect(isTooLate(start, { leftMs, totalMs: 100 })).toBe(expected);
});
