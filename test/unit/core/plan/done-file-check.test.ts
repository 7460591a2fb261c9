import { expect, it } from 'vitest';
import type { Fingerprint } from '../../../../lambdas/core/listing/fingerprint.ts';
import type { ModifiedTime } from '../../../../lambdas/core/listing/remote-file.ts';
import { findDoneFileHold } from '../../../../lambdas/core/plan/done-file-check.ts';
import { listed, listedDay, utc } from '../fixtures.ts';

function marker(modified: ModifiedTime | undefined, changes: Partial<Fingerprint> = {}): Fingerprint {
  return { sizeBytes: 0, modified, unique: undefined, ...changes };
}

const second = utc('2026-11-20T12:00:10');
const minute = listed('2026-11-20T12:00');

it.each<[string, ModifiedTime | undefined, Fingerprint | undefined, Fingerprint | undefined, string]>([
  ['there is none', second, undefined, undefined, 'done-file-missing'],
  ['it is a second older', second, marker(utc('2026-11-20T12:00:09')), undefined, 'done-file-outdated'],
  ['it is of the same second', second, marker(second), undefined, 'settled'],
  ['it is younger', second, marker(utc('2026-11-20T12:00:11')), undefined, 'settled'],
  ['it is of the minute before', minute, marker(listed('2026-11-20T11:59')), undefined, 'done-file-outdated'],
  ['it is of the same minute', minute, marker(minute), undefined, 'settled'],
  [
    'it is of last year, and the file of today',
    minute,
    marker(listedDay('2025-11-20')),
    undefined,
    'done-file-outdated',
  ],
  [
    'both are of the same day of last year',
    listedDay('2025-11-20'),
    marker(listedDay('2025-11-20')),
    undefined,
    'settled',
  ],
  ['the file is of last year', listedDay('2025-11-20'), marker(minute), undefined, 'settled'],
  ['it has no time', second, marker(undefined), undefined, 'done-file-time-unknown'],
  ['the file has no time', undefined, marker(second), undefined, 'done-file-time-unknown'],
  ['neither has a time', undefined, marker(undefined), undefined, 'done-file-time-unknown'],
  ['their clocks differ', second, marker(minute), undefined, 'done-file-time-unknown'],
  ['it settled the version before', minute, marker(minute), marker(minute), 'done-file-used'],
  [
    'it was written again in a later minute',
    minute,
    marker(minute),
    marker(listed('2026-11-20T11:59')),
    'settled',
  ],
  [
    'it was written again in its minute, with the same size',
    minute,
    marker(minute),
    marker(minute),
    'done-file-used',
  ],
  [
    'it was written again in its minute, with another size',
    minute,
    marker(minute, { sizeBytes: 9 }),
    marker(minute),
    'settled',
  ],
  [
    'it was replaced in its second by another file',
    second,
    marker(second, { unique: 'b' }),
    marker(second, { unique: 'a' }),
    'settled',
  ],
  [
    'it settled the version before, and its listed time has lost its hour since',
    listedDay('2026-11-20'),
    marker(listedDay('2026-11-20')),
    marker(minute),
    'done-file-used',
  ],
])('A done file counts by its version: %s', (_, modified, found, used, expected) => {
  expect(findDoneFileHold({ modified }, { found, used }) ?? 'settled').toBe(expected);
});
