import { describe, expect, it } from 'vitest';
import type { DeliveredVersion, StartedRename } from '../../../../lambdas/core/delivery/delivery-record.ts';
import { fileOwner, type KnownFiles, resolveWrite } from '../../../../lambdas/core/delivery/own-file.ts';

const path = '/in/a.csv';
const at = new Date('2026-11-20T10:00:00Z');
const until = new Date('2026-11-20T10:15:00Z');
const time = (wallClock: string) => ({ raw: wallClock.replaceAll(/\D/g, ''), wallClock });
const duringTry = time('2026-11-20T10:05:00');
const dayBefore = time('2026-11-19T10:00:00');
const file = (sizeBytes: number | undefined, modified?: typeof duringTry) => ({ sizeBytes, modified });

const delivered: DeliveredVersion = {
  versionId: 'v1',
  etag: '"e"',
  modifiedAt: at,
  sizeBytes: 5,
  sha256: undefined,
  path,
  modified: duringTry.raw,
  verification: 'size',
  doubt: undefined,
  deliveredAt: at,
};
const begun: StartedRename = {
  versionId: 'v1',
  at,
  staging: undefined,
  before: undefined,
  staged: undefined,
  write: { sizeBytes: 100, until, isBeforeOurs: false },
};
const nothing: KnownFiles = { path, delivered: undefined, begun: undefined };
const foreign = { kind: 'foreign' };
const part = { kind: 'part' };

describe('the file at the target', () => {
  it.each<[string, Parameters<typeof fileOwner>, ReturnType<typeof fileOwner> | typeof foreign]>([
    ['is foreign to an empty ledger', [file(5, duringTry), nothing], foreign],
    [
      'is ours with the size and time of its delivery',
      [file(5, duringTry), { ...nothing, delivered }],
      { kind: 'whole', at, sizeBytes: 5 },
    ],
    ['is foreign with another size', [file(6, duringTry), { ...nothing, delivered }], foreign],
    ['is foreign with another time', [file(5, dayBefore), { ...nothing, delivered }], foreign],
    [
      'is foreign if the server told the time at the delivery, and does not now',
      [file(5), { ...nothing, delivered }],
      foreign,
    ],
    [
      'is ours by its size where the server never tells a time',
      [file(5), { ...nothing, delivered: { ...delivered, modified: undefined } }],
      { kind: 'whole', at, sizeBytes: 5 },
    ],
    [
      'is foreign if it was delivered under another path',
      [file(5, duringTry), { ...nothing, delivered: { ...delivered, path: '/old/a.csv' } }],
      foreign,
    ],
    ['is a part of what a try began to write', [file(40, duringTry), { ...nothing, begun }], part],
    ['is a part without a time too', [file(40), { ...nothing, begun }], part],
    [
      'is whole if a try has sent all of it',
      [file(100, duringTry), { ...nothing, begun }],
      { kind: 'whole', at, sizeBytes: 100 },
    ],
    ['is broken if its hash differs', [file(100, duringTry), { ...nothing, begun }, 'differs'], part],
    ['is foreign if it is larger than what we sent', [file(101, duringTry), { ...nothing, begun }], foreign],
    ['is foreign if it is of the day before', [file(40, dayBefore), { ...nothing, begun }], foreign],
    ['is foreign if its size is unknown', [file(undefined, duringTry), { ...nothing, begun }], foreign],
    [
      'is foreign if it was there before the try, and looks the same',
      [
        file(40, duringTry),
        { ...nothing, begun: { ...begun, before: { sizeBytes: 40, modified: duringTry.raw } } },
      ],
      foreign,
    ],
    [
      'is foreign if no write, but a rename was begun',
      [file(40, duringTry), { ...nothing, begun: { ...begun, write: undefined } }],
      foreign,
    ],
  ])('%s', (_, facts, expected) => {
    expect(fileOwner(...facts)).toEqual(expected);
  });

  it('is a part if the file before the try was ours, and looks the same', () => {
    const before = { sizeBytes: 40, modified: duringTry.raw };
    const write = { sizeBytes: 100, until, isBeforeOurs: true };

    expect(fileOwner(file(40, duringTry), { ...nothing, begun: { ...begun, before, write } })).toEqual(part);
  });
});

describe('an upload under the final name whose end is unknown', () => {
  const before = { sizeBytes: 100, modified: dayBefore.raw };
  const cases: [string, Partial<Parameters<typeof resolveWrite>[0]>, ReturnType<typeof resolveWrite>][] = [
    ['has happened if all of it is there', { target: file(100, duringTry) }, 'happened'],
    [
      'has happened if all of it is there in place of an older file',
      { target: file(100, duringTry), begun: { ...begun, before } },
      'happened',
    ],
    ['has not happened if a part is there', { target: file(40, duringTry) }, 'did-not-happen'],
    [
      'has not happened if its hash differs',
      { target: file(100, duringTry), targetHash: 'differs' },
      'did-not-happen',
    ],
    ['is unknown if nothing is there: a reader may have taken it', { target: undefined }, 'not-known'],
    [
      'is unknown if the target looks as before',
      { target: file(100, dayBefore), begun: { ...begun, before } },
      'not-known',
    ],
    [
      'has not happened if the target looks as before, with another size',
      { target: file(99, dayBefore), begun: { ...begun, before: { ...before, sizeBytes: 99 } } },
      'did-not-happen',
    ],
    ['is unknown if a file of another day is there', { target: file(100, dayBefore) }, 'not-known'],
  ];
  it.each(cases)('%s', (_, changes, expected) => {
    const facts = { sizeBytes: 100, begun, target: undefined, targetHash: 'not-told', ...changes } as const;

    expect(resolveWrite(facts)).toBe(expected);
  });
});
