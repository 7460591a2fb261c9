import { describe, expect, it } from 'vitest';
import { judgeAdoption } from '../../../lambdas/sync/adoption.ts';
import { parseRemotePath } from '../../../lambdas/sync/remote-path.ts';

const modified = {
  raw: '20261101100000',
  wallClock: '2026-11-01T10:00:00',
  precision: 'second',
  clock: 'utc',
} as const;
const file = { path: parseRemotePath('/in/a.csv'), sizeBytes: 3, modified, unique: undefined };
const unknown = { kind: 'unknown' } as const;
const later = new Date('2026-11-02T00:00:00Z');
const earlier = new Date('2026-10-31T00:00:00Z');

describe('an object that is in the bucket already', () => {
  it.each([
    [
      'is adopted where it is as long and came after the file',
      file,
      { sizeBytes: 3, storedAt: later },
      'adopted',
    ],
    ['differs where it has another length', file, { sizeBytes: 4, storedAt: later }, 'differs'],
    ['is older than what the partner has now', file, { sizeBytes: 3, storedAt: earlier }, 'newer-at-partner'],
    ['is not there', file, undefined, 'missing'],
    [
      'cannot be compared with a file of unknown length',
      { ...file, sizeBytes: undefined },
      { sizeBytes: 3, storedAt: later },
      'size-unknown',
    ],
    [
      'is judged by its length alone where the zone is not known',
      { ...file, modified: { ...modified, clock: 'server' as const } },
      { sizeBytes: 3, storedAt: earlier },
      'adopted',
    ],
  ])('%s', (_, listed, found, verdict) => {
    expect(judgeAdoption(listed, found, unknown)).toBe(verdict);
  });
});
