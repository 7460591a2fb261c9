import { describe, expect, it } from 'vitest';
import type { Fingerprint } from '../../../../lambdas/core/listing/fingerprint.ts';
import type { ModifiedTime } from '../../../../lambdas/core/listing/remote-file.ts';
import {
  proveSameVersion,
  type ReportedVersion,
  type VerifiedVersion,
} from '../../../../lambdas/core/plan/same-version-proof.ts';
import { listed, listedDay, utc } from '../fixtures.ts';

const noon = utc('2026-11-20T12:00:10');
const inMinute = utc('2026-11-20T12:00:40');
const minute = listed('2026-11-20T12:00');

function look(
  modified: ModifiedTime | undefined,
  unique?: string,
  sizeBytes: number | undefined = 5,
): Fingerprint {
  return { sizeBytes, modified, unique };
}

function recorded(changes: Partial<VerifiedVersion>): VerifiedVersion {
  return { sizeBytes: 5, verifiedModified: undefined, listed: undefined, isTimeFinal: false, ...changes };
}

function found(changes: Partial<ReportedVersion>): ReportedVersion {
  return { sizeBytes: 5, modified: undefined, facts: undefined, ...changes };
}

function fraction(time: ModifiedTime, digits: string): ModifiedTime {
  return { ...time, raw: `${time.raw}.${digits}` };
}

describe('a file whose size is that of the transferred version', () => {
  it.each<[string, Partial<VerifiedVersion>, Partial<ReportedVersion>, string]>([
    ['has the same MDTM', { verifiedModified: noon }, { modified: noon }, 'same'],
    ['has another MDTM', { verifiedModified: noon }, { modified: inMinute }, 'other'],
    [
      'has another fraction of a second in MDTM',
      { verifiedModified: fraction(noon, '1') },
      { modified: fraction(noon, '2') },
      'other',
    ],
    [
      'has the same MDTM and another `unique`',
      { verifiedModified: noon, listed: look(noon, 'a') },
      { modified: noon, facts: look(noon, 'b') },
      'other',
    ],
    [
      'has the same MDTM, and another time in MLST',
      { verifiedModified: noon, listed: look(noon) },
      { modified: noon, facts: look(inMinute) },
      'other',
    ],
    ['has the same seconds in MLST', { listed: look(noon) }, { facts: look(noon) }, 'same'],
    [
      'has another fraction in MLST',
      { listed: look(fraction(noon, '1')) },
      { facts: look(fraction(noon, '2')) },
      'other',
    ],
    [
      'has the same `unique` and no time',
      { listed: look(undefined, 'a') },
      { facts: look(undefined, 'a') },
      'unproven',
    ],
    [
      'has the same minute, which was over',
      { listed: look(minute), isTimeFinal: true },
      { facts: look(minute) },
      'same',
    ],
    [
      'has the same minute, which was not over',
      { listed: look(minute) },
      { facts: look(minute) },
      'unproven',
    ],
    ['has another minute', { listed: look(minute) }, { facts: look(listed('2026-11-20T12:01')) }, 'other'],
    [
      'has lost its hour in the listing',
      { listed: look(minute), isTimeFinal: true },
      { facts: look(listedDay('2026-11-20')) },
      'unproven',
    ],
    [
      'had lost its hour before, and still has none',
      { listed: look(listedDay('2026-01-20')), isTimeFinal: true },
      { facts: look(listedDay('2026-01-20')) },
      'same',
    ],
    ['reports no time any more', { verifiedModified: noon }, {}, 'unproven'],
    ['never had a time', {}, {}, 'unproven'],
    [
      'was adopted with a listed minute, and has an MDTM a zone away',
      { listed: look(minute), isTimeFinal: true },
      { modified: utc('2026-11-20T11:00:10') },
      'unproven',
    ],
    ['was adopted with seconds, and has them in MDTM', { listed: look(noon) }, { modified: noon }, 'same'],
    [
      'was verified by the listed minute alone, which was not over',
      { verifiedModified: minute },
      { facts: look(minute) },
      'unproven',
    ],
    [
      'has the wall clock of last year',
      { listed: look(minute), isTimeFinal: true },
      { facts: look({ ...minute, wallClock: '2025-11-20T12:00:00' }) },
      'other',
    ],
  ])('%s', (_, before, now, expected) => {
    expect(proveSameVersion(recorded(before), found(now)).kind).toBe(expected);
  });
});

describe('a file whose size', () => {
  it('differs is another version, whatever its time', () => {
    const proof = proveSameVersion(
      recorded({ verifiedModified: noon }),
      found({ sizeBytes: 6, modified: noon }),
    );

    expect(proof).toEqual({
      kind: 'other',
      difference: 'it has 6 bytes now; the version that was transferred has 5',
    });
  });

  it('is not reported is not shown to be the same', () => {
    const proof = proveSameVersion(
      recorded({ verifiedModified: noon }),
      found({ sizeBytes: undefined, modified: noon }),
    );

    expect(proof.kind).toBe('unproven');
  });
});
