import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  fingerprintText,
  matchesListing,
  sameVersion,
  toFingerprint,
} from '../../../../lambdas/core/listing/fingerprint.ts';
import { anyFingerprint } from '../arbitraries.ts';
import { type FileFacts, file, listed, listedDay, utc } from '../fixtures.ts';

const version = (facts: FileFacts) => toFingerprint(file('/in/a.csv', facts));
const noon = utc('2026-11-19T12:00');

describe('the same version', () => {
  it.each<[string, FileFacts, FileFacts]>([
    ['all facts are equal', { size: 5, at: noon, unique: 'u' }, { size: 5, at: noon, unique: 'u' }],
    ['the listing no longer has the size', { size: 5, at: noon }, { size: undefined, at: noon }],
    ['the listing no longer has the time', { size: 5, at: noon }, { size: 5, at: undefined }],
    ['the server has added the unique fact', { size: 5, at: noon }, { size: 5, at: noon, unique: 'u' }],
    [
      'LIST no longer shows the time after half a year',
      { at: listed('2026-05-20T14:33') },
      { at: listedDay('2026-05-20') },
    ],
    [
      'the server has added MLSD, in winter in Rome',
      { at: listed('2026-11-19T13:00') },
      { at: utc('2026-11-19T12:00:59') },
    ],
    ['the server has added MLSD, in India', { at: listed('2026-11-19T17:30') }, { at: noon }],
    ['the server has added MLSD, in Nepal', { at: listed('2026-11-19T17:45') }, { at: noon }],
    ['the server has added MLSD, on Samoa', { at: listed('2026-11-20T01:00') }, { at: noon }],
    [
      'the server has added MLSD when LIST no longer shows the time',
      { at: listedDay('2026-05-20') },
      { at: utc('2026-05-19T23:30') },
    ],
    [
      'the same text that is not a date',
      { at: { ...noon, raw: 'x', wallClock: 'x' } },
      { at: { ...noon, raw: 'x', wallClock: 'x' } },
    ],
    ['the same time in fractions of a second', { at: noon }, { at: { ...noon, raw: '20261119120000.000' } }],
  ])('is given if %s', (_, a, b) => {
    const same = sameVersion(version(a), version(b));

    expect(same).toBe(true);
  });

  it.each<[string, FileFacts, FileFacts]>([
    ['the size differs', { size: 5 }, { size: 6 }],
    ['the file was emptied', { size: 5 }, { size: 0 }],
    ['the second differs', { at: noon }, { at: utc('2026-11-19T12:00:01') }],
    ['the minute differs', { at: listed('2026-11-19T12:00') }, { at: listed('2026-11-19T12:01') }],
    ['the file was replaced by one of the same size and date', { unique: 'u1' }, { unique: 'u2' }],
    ['the day differs', { at: listedDay('2026-05-20') }, { at: listedDay('2026-05-21') }],
    ['the time is older', { at: noon }, { at: utc('2026-11-18T12:00') }],
    ['the difference is not that of a time zone', { at: listed('2026-11-19T13:07') }, { at: noon }],
    ['the difference is larger than that of any time zone', { at: listed('2026-11-20T03:00') }, { at: noon }],
    [
      'the clock of the listing has shifted by an hour, which SIZE and MDTM must decide',
      { at: listed('2026-03-20T12:00') },
      { at: listed('2026-03-20T13:00') },
    ],
    [
      'LIST writes the same text for a file of another year',
      { at: { ...listed('2026-01-01T00:05'), raw: 'Jan  1 00:05' } },
      { at: { ...listed('2027-01-01T00:05'), raw: 'Jan  1 00:05' } },
    ],
    ['one of them is not a date', { at: noon }, { at: { ...noon, raw: 'x', wallClock: 'x' } }],
  ])('is not given if %s', (_, a, b) => {
    const same = sameVersion(version(a), version(b));

    expect(same).toBe(false);
  });

  it('holds for every fingerprint and itself', () => {
    fc.assert(
      fc.property(anyFingerprint, (a) => {
        expect(sameVersion(a, a)).toBe(true);
      }),
    );
  });

  it('is symmetric', () => {
    fc.assert(
      fc.property(anyFingerprint, anyFingerprint, (a, b) => {
        expect(sameVersion(a, b)).toBe(sameVersion(b, a));
      }),
    );
  });
});

describe('MDTM against the listing', () => {
  it.each([
    ['the same time', utc('2026-11-19T12:00'), true],
    ['a local time, different by a time zone', utc('2026-11-19T13:00'), true],
    ['nothing, if the server has no MDTM', undefined, true],
    ['another time', utc('2026-11-19T12:07'), false],
    ['another day', utc('2026-11-18T12:00'), false],
  ])('may be %s: %s', (_, modified, expected) => {
    const agrees = matchesListing(version({ at: noon }), modified);

    expect(agrees).toBe(expected);
  });
});

describe('the text of a fingerprint', () => {
  it('is unique, whatever the server reports', () => {
    const word = fc.oneof(
      fc.constantFrom('a|b', '|', '%7C', ''),
      fc.string({ unit: 'binary', maxLength: 5 }),
    );
    const fingerprint = fc
      .record({ size: fc.nat(3), raw: word, unique: word })
      .map(({ size, raw, unique }) => ({ sizeBytes: size, modified: { ...noon, raw }, unique }));

    fc.assert(
      fc.property(fingerprint, fingerprint, (a, b) => {
        const isSame = JSON.stringify(a) === JSON.stringify(b);
        expect(fingerprintText(a) === fingerprintText(b)).toBe(isSame);
      }),
    );
  });

  it('is ASCII without spaces, since it becomes a header', () => {
    const text = fingerprintText({ sizeBytes: 5, modified: { ...noon, raw: 'Nov 20 02:15' }, unique: 'é😀' });

    expect(text).toBe('5|Nov%2020%2002%3A15|%C3%A9%F0%9F%98%80');
  });
});
