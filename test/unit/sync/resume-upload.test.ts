import { describe, expect, it } from 'vitest';
import {
  begunMark,
  endBeforeMs,
  isInPlace,
  isLarge,
  isStuck,
  isTooLate,
  type SentPiece,
  type UploadMark,
  type UploadSoFar,
  type UploadStart,
  uploadStart,
} from '../../../lambdas/sync/resume-upload.ts';

const mebibyte = 1024 * 1024;
const secondMs = 1000;

const mark = (changes: Partial<UploadMark> = {}): UploadMark => ({
  versionId: 'v1',
  reachedBytes: 0,
  idle: 0,
  endedBytes: undefined,
  restart: undefined,
  append: undefined,
  ...changes,
});

const anew = { kind: 'anew', extent: 'as-far-as-it-goes' } as const;
const restart = (offset: number) => ({ kind: 'restart', offset }) as const;

/** An object of 1 GiB that is expected to be too large for one invocation. */
const large: UploadSoFar = {
  sizeBytes: 1024 * mebibyte,
  stagedBytes: undefined,
  mark: undefined,
  isLarge: true,
};
const somewhere = 100 * mebibyte + 5;
const noRestart = { endedBytes: somewhere, restart: 'refused' } as const;

describe('an upload', () => {
  it.each<[string, Partial<UploadSoFar>, UploadStart]>([
    ['of which nothing is there begins anew', {}, anew],
    ['of which less than a step is there begins anew', { stagedBytes: mebibyte - 1 }, anew],
    ['goes on at the last whole step', { stagedBytes: somewhere }, restart(100 * mebibyte)],
    [
      'goes on at its very end where an invocation has ended it',
      { stagedBytes: somewhere, mark: mark({ endedBytes: somewhere }) },
      restart(somewhere),
    ],
    [
      'goes on at the last whole step where its end is another than that',
      { stagedBytes: somewhere, mark: mark({ endedBytes: somewhere - 1 }) },
      restart(100 * mebibyte),
    ],
    [
      'that is all there sends its last step once more',
      { stagedBytes: 1024 * mebibyte },
      restart(1023 * mebibyte),
    ],
    [
      'that an invocation has ended with all of it is whole',
      { stagedBytes: 1024 * mebibyte, mark: mark({ endedBytes: 1024 * mebibyte }) },
      { kind: 'whole' },
    ],
    ['of which more is there than there can be begins anew', { stagedBytes: 1024 * mebibyte + 1 }, anew],
    ['that is not large begins anew', { isLarge: false, stagedBytes: 10 * mebibyte }, anew],
    [
      'that is not large goes on where much is there',
      { isLarge: false, stagedBytes: 64 * mebibyte },
      restart(64 * mebibyte),
    ],
    [
      'that is not large goes on where an invocation was not done with it',
      { isLarge: false, stagedBytes: 10 * mebibyte, mark: mark() },
      restart(10 * mebibyte),
    ],
    [
      'is appended to where REST is refused and its end is known',
      { stagedBytes: somewhere, mark: mark(noRestart) },
      { kind: 'append', offset: somewhere },
    ],
    [
      'begins anew where REST is refused and a lost invocation may still write to it',
      { stagedBytes: somewhere, mark: mark({ ...noRestart, endedBytes: undefined }) },
      anew,
    ],
    [
      'begins anew where REST is refused and its end is another than is known',
      { stagedBytes: somewhere + 1, mark: mark(noRestart) },
      anew,
    ],
    [
      'begins anew, to be sent in one piece, where APPE is refused too',
      { stagedBytes: somewhere, mark: mark({ ...noRestart, append: 'refused' }) },
      { kind: 'anew', extent: 'in-one-piece' },
    ],
    ['of nothing begins anew', { sizeBytes: 0, stagedBytes: 0, mark: mark({ endedBytes: 0 }) }, anew],
  ])('%s', (_, facts, expected) => {
    expect(uploadStart({ ...large, ...facts })).toEqual(expected);
  });
});

/** A piece of 10 MiB behind 100 MiB. */
const piece: SentPiece = {
  offset: 100 * mebibyte,
  sentBytes: 10 * mebibyte,
  sizeBytes: 1024 * mebibyte,
  stagedBefore: somewhere,
  stagedAfter: 110 * mebibyte,
};

describe('a piece', () => {
  it.each<[string, Partial<SentPiece>, boolean]>([
    ['that ends where it should is in its place', {}, true],
    ['behind which a server kept what was there is in its place', { stagedAfter: 111 * mebibyte }, true],
    ['that went to the beginning of a file made new is not', { stagedAfter: 10 * mebibyte }, false],
    ['that went into the beginning of the file is not', { stagedAfter: somewhere }, false],
    ['that was appended is not', { stagedAfter: somewhere + 10 * mebibyte }, false],
    ['of a file that is gone is not', { stagedAfter: undefined }, false],
    ['behind which there is more than the object has is not', { stagedAfter: 1025 * mebibyte }, false],
    [
      'that is the last ends with the object',
      { offset: 1014 * mebibyte, stagedAfter: 1024 * mebibyte },
      true,
    ],
    [
      'that is the last does not end before',
      { offset: 1014 * mebibyte, stagedAfter: 1023 * mebibyte },
      false,
    ],
    ['that was appended at the very end is in its place', { stagedBefore: 100 * mebibyte }, true],
  ])('%s', (_, facts, expected) => {
    expect(isInPlace({ ...piece, ...facts })).toBe(expected);
  });
});

describe('the mark of an invocation that begins', () => {
  it.each<[string, UploadMark | undefined, number | undefined, { idle: number; hasGrown: boolean }]>([
    ['is the first', undefined, 5, { idle: 0, hasGrown: false }],
    ['finds more than before', mark({ reachedBytes: 4, idle: 3 }), 5, { idle: 0, hasGrown: true }],
    ['finds the same', mark({ reachedBytes: 5, idle: 3 }), 5, { idle: 4, hasGrown: false }],
    ['finds less', mark({ reachedBytes: 6, idle: 3 }), 5, { idle: 4, hasGrown: false }],
    ['finds nothing any more', mark({ reachedBytes: 6 }), undefined, { idle: 1, hasGrown: false }],
  ])('counts what was in vain where it %s', (_, before, staged, expected) => {
    const { mark: after, hasGrown } = begunMark('v1', before, staged);

    expect({ idle: after.idle, hasGrown }).toEqual(expected);
  });

  it('forgets with how many bytes the file was ended, and keeps what the server can', () => {
    const before = mark({ endedBytes: 5, restart: 'refused', append: 'refused' });

    const { mark: after } = begunMark('v1', before, 5);

    expect(after).toMatchObject({ endedBytes: undefined, restart: 'refused', append: 'refused' });
  });

  it('is that of an upload which is stuck after ten of them', () => {
    expect([9, 10].map((idle) => isStuck(mark({ idle })))).toEqual([false, true]);
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
])('an invocation of %i seconds ends an upload %d seconds before all work must stop', (seconds, before) => {
  expect(endBeforeMs(seconds * secondMs)).toBe(before * secondMs);
});

it.each<[string, UploadStart, number, boolean]>([
  ['to come further, with a quarter of the time', restart(5), 25, false],
  ['to come further, with less than a quarter of the time', restart(5), 24, true],
  ['to do all of it, with 60 percent of the time', { kind: 'anew', extent: 'in-one-piece' }, 60, false],
  ['to do all of it, with less than that', { kind: 'anew', extent: 'in-one-piece' }, 59, true],
])('it is too late %s: %s', (_, start, leftMs, expected) => {
  expect(isTooLate(start, { leftMs, totalMs: 100 })).toBe(expected);
});
