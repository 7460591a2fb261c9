import { describe, expect, it } from 'vitest';
import { unmeasuredZone } from '../../../../lambdas/core/listing/server-zone.ts';
import { parseRemotePath } from '../../../../lambdas/core/path/remote-path.ts';
import { evaluateAdoption } from '../../../../lambdas/core/plan/adoption.ts';

const modified = {
  raw: '20261101100000',
  wallClock: '2026-11-01T10:00:00',
  precision: 'second',
  clock: 'utc',
} as const;
const file = { path: parseRemotePath('/in/a.csv'), sizeBytes: 3, modified, unique: undefined };
const later = new Date('2026-11-02T00:00:00Z');
const earlier = new Date('2026-10-31T00:00:00Z');

describe('an object that is in the bucket already', () => {
  it.each([
    [
      'is adopted if it has the size of the file and is not older',
      file,
      { sizeBytes: 3, storedAt: later },
      'adopted',
    ],
    ['differs if it has another size', file, { sizeBytes: 4, storedAt: later }, 'size-differs'],
    ['is older than the file at the partner', file, { sizeBytes: 3, storedAt: earlier }, 'newer-at-partner'],
    ['does not exist', file, undefined, 'no-object'],
    [
      'cannot be compared with a file of unknown size',
      { ...file, sizeBytes: undefined },
      { sizeBytes: 3, storedAt: later },
      'size-unknown',
    ],
    [
      'is compared by size only if the time zone is unknown',
      { ...file, modified: { ...modified, clock: 'server' as const } },
      { sizeBytes: 3, storedAt: earlier },
      'adopted',
    ],
  ])('%s', (_, listed, found, verdict) => {
    expect(evaluateAdoption(listed, found, unmeasuredZone)).toBe(verdict);
  });
});
