import { describe, expect, it } from 'vitest';
import type { ModifiedTime } from '../../../../lambdas/core/listing/remote-file.ts';
import {
  isInFuture,
  latestModified,
  type MeasuredZone,
  modifiedInstant,
  type ServerZone,
  unmeasuredZone,
} from '../../../../lambdas/core/listing/server-zone.ts';
import { file, listed, listedDay, now, utc } from '../fixtures.ts';

const zone = (name: string): ServerZone => ({ kind: 'iana', name });
const offsets = (...minutes: number[]): MeasuredZone => ({ ...unmeasuredZone, offsets: minutes });

describe('the instant of a listed time', () => {
  it.each<[string, string, ServerZone, string]>([
    ['in winter in Rome', '2026-11-20T12:00', zone('Europe/Rome'), '2026-11-20T11:00'],
    ['in summer in Rome', '2026-07-20T12:00', zone('Europe/Rome'), '2026-07-20T10:00'],
    ['in New York', '2026-11-20T12:00', zone('America/New_York'), '2026-11-20T17:00'],
    ['in Kathmandu', '2026-11-20T12:00', zone('Asia/Kathmandu'), '2026-11-20T06:15'],
    ['on Kiritimati, a day ahead', '2026-11-20T12:00', zone('Pacific/Kiritimati'), '2026-11-19T22:00'],
    ['with a measured offset', '2026-11-20T12:00', offsets(-210), '2026-11-20T15:30'],
    [
      'with two measured offsets: the later reading',
      '2026-11-20T12:00',
      offsets(60, 120),
      '2026-11-20T11:00',
    ],
    ['at midnight', '2026-11-20T00:00', zone('Europe/Rome'), '2026-11-19T23:00'],
    ['before the clocks went forward', '2026-03-29T01:59', zone('Europe/Rome'), '2026-03-29T00:59'],
    ['after the clocks went forward', '2026-03-29T03:00', zone('Europe/Rome'), '2026-03-29T01:00'],
    [
      'at a local time that does not exist: the later reading',
      '2026-03-29T02:30',
      zone('Europe/Rome'),
      '2026-03-29T01:30',
    ],
    [
      'at a local time that exists twice: the second one, so that no file counts as older than it is',
      '2026-10-25T02:30',
      zone('Europe/Rome'),
      '2026-10-25T01:30',
    ],
    ['before the hour that exists twice', '2026-10-25T01:59', zone('Europe/Rome'), '2026-10-24T23:59'],
    ['after the hour that exists twice', '2026-10-25T03:00', zone('Europe/Rome'), '2026-10-25T02:00'],
    [
      'at a local time that exists twice for half an hour, on Lord Howe',
      '2026-04-05T01:45',
      zone('Australia/Lord_Howe'),
      '2026-04-04T15:15',
    ],
  ])('%s', (_, wallClock, where, expected) => {
    const instant = modifiedInstant(file('/in/a', { at: listed(wallClock) }), where);

    expect(instant?.toISOString()).toBe(`${expected}:00.000Z`);
  });

  it.each<[string, 'list' | 'all' | undefined, string]>([
    ['is UTC in MLSD, whatever the zone of LIST is', undefined, '2026-11-20T12:00'],
    ['is UTC in MLSD, where the zone is that of LIST', 'list', '2026-11-20T12:00'],
    ['is local in MLSD, where the zone is that of all times', 'all', '2026-11-20T03:00'],
  ])('%s', (_, of, expected) => {
    const tokyo: ServerZone = { kind: 'iana', name: 'Asia/Tokyo', of };

    const instant = modifiedInstant(file('/in/a', { at: utc('2026-11-20T12:00') }), tokyo);

    expect(instant?.toISOString()).toBe(`${expected}:00.000Z`);
  });

  it('is undefined if no offset was measured', () => {
    const instant = modifiedInstant(file('/in/a', { at: listed('2026-11-20T12:00') }), unmeasuredZone);

    expect(instant).toBeUndefined();
  });

  it('is undefined if the time is not a date', () => {
    const instant = modifiedInstant(
      file('/in/a', { at: { ...listed('2026-11-20T12:00'), wallClock: '2026-99-20' } }),
      zone('Europe/Rome'),
    );

    expect(instant).toBeUndefined();
  });
});

it('a UTC time needs no zone', () => {
  const instant = modifiedInstant(file('/in/a', { at: utc('2026-11-20T12:00:30') }), unmeasuredZone);

  expect(instant?.toISOString()).toBe('2026-11-20T12:00:30.000Z');
});

describe('the latest instant at which a file can have been modified', () => {
  const asked: MeasuredZone = { ...offsets(120), times: { '/in/a': '2026-11-20T11:00:07' } };

  it.each<[string, string, ModifiedTime, ServerZone, string, boolean]>([
    ['its own MDTM, to the second', '/in/a', listed('2026-11-20T12:00'), asked, '11:00:07', true],
    [
      'two hours later than the offset of others says: the clocks may have changed',
      '/in/b',
      listed('2026-11-20T10:00'),
      asked,
      '10:01:00',
      false,
    ],
    [
      'that of the westernmost of several offsets',
      '/in/a',
      listed('2026-11-20T10:00'),
      offsets(60, 120),
      '11:01:00',
      false,
    ],
    [
      'that in UTC-12 if nothing was measured',
      '/in/a',
      listed('2026-11-20T02:00'),
      unmeasuredZone,
      '14:01:00',
      false,
    ],
    [
      'the end of the day in UTC-12 for a date alone',
      '/in/a',
      listedDay('2026-11-19'),
      unmeasuredZone,
      '12:00:00',
      false,
    ],
    ['the end of the minute in UTC', '/in/a', listed('2026-11-20T12:00'), zone('UTC'), '12:01:00', true],
    ['the second of MLSD', '/in/a', utc('2026-11-20T12:00:30'), unmeasuredZone, '12:00:30', true],
  ])('is %s', (_, path, at, where, time, isExact) => {
    const latest = latestModified(file(path, { at }), where);

    expect(latest).toEqual({ at: new Date(`2026-11-20T${time}Z`), isExact });
  });
});

it.each<[string, ModifiedTime, ServerZone, boolean]>([
  ['more than five minutes ahead, in UTC', utc('2026-11-20T12:05:01'), unmeasuredZone, true],
  ['four minutes ahead, as a clock may be', utc('2026-11-20T12:04:00'), unmeasuredZone, false],
  ['today, without an hour', listedDay('2026-11-20'), zone('UTC'), false],
  [
    'ahead with the offset of other files, which may be another one',
    listed('2026-11-20T12:30'),
    offsets(0),
    false,
  ],
])('a file is in the future, or not: %s', (_, at, where, expected) => {
  expect(isInFuture(file('/in/a', { at }), where, now)).toBe(expected);
});
