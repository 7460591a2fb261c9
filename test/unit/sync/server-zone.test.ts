import { describe, expect, it } from 'vitest';
import { instantOf, type ServerZone } from '../../../lambdas/sync/server-zone.ts';
import { listed, utc } from './fixtures.ts';

const zone = (name: string): ServerZone => ({ kind: 'iana', name });

describe('the instant of a listed time', () => {
  it.each<[string, string, ServerZone, string]>([
    ['in winter in Rome', '2026-11-20T12:00', zone('Europe/Rome'), '2026-11-20T11:00'],
    ['in summer in Rome', '2026-07-20T12:00', zone('Europe/Rome'), '2026-07-20T10:00'],
    ['in New York', '2026-11-20T12:00', zone('America/New_York'), '2026-11-20T17:00'],
    ['in Kathmandu', '2026-11-20T12:00', zone('Asia/Kathmandu'), '2026-11-20T06:15'],
    ['on Kiritimati, a day ahead', '2026-11-20T12:00', zone('Pacific/Kiritimati'), '2026-11-19T22:00'],
    ['by a measured offset', '2026-11-20T12:00', { kind: 'offset', minutes: -210 }, '2026-11-20T15:30'],
    ['at midnight', '2026-11-20T00:00', zone('Europe/Rome'), '2026-11-19T23:00'],
    ['before the clocks went forward', '2026-03-29T01:59', zone('Europe/Rome'), '2026-03-29T00:59'],
    ['after the clocks went forward', '2026-03-29T03:00', zone('Europe/Rome'), '2026-03-29T01:00'],
    [
      'in an hour that was left out: the later reading',
      '2026-03-29T02:30',
      zone('Europe/Rome'),
      '2026-03-29T01:30',
    ],
    [
      'in an hour that came twice: the second one, so that nothing counts as older than it is',
      '2026-10-25T02:30',
      zone('Europe/Rome'),
      '2026-10-25T01:30',
    ],
    ['before the hour that came twice', '2026-10-25T01:59', zone('Europe/Rome'), '2026-10-24T23:59'],
    ['after the hour that came twice', '2026-10-25T03:00', zone('Europe/Rome'), '2026-10-25T02:00'],
    [
      'in a half hour that came twice, on Lord Howe',
      '2026-04-05T01:45',
      zone('Australia/Lord_Howe'),
      '2026-04-04T15:15',
    ],
  ])('%s', (_, wallClock, where, expected) => {
    const instant = instantOf(listed(wallClock), where);

    expect(instant?.toISOString()).toBe(`${expected}:00.000Z`);
  });

  it('is not known where the zone is not', () => {
    const instant = instantOf(listed('2026-11-20T12:00'), { kind: 'unknown' });

    expect(instant).toBeUndefined();
  });

  it('is not known where the time is no date', () => {
    const instant = instantOf(
      { ...listed('2026-11-20T12:00'), wallClock: '2026-99-20' },
      zone('Europe/Rome'),
    );

    expect(instant).toBeUndefined();
  });
});

it('a UTC time needs no zone', () => {
  const instant = instantOf(utc('2026-11-20T12:00:30'), { kind: 'unknown' });

  expect(instant?.toISOString()).toBe('2026-11-20T12:00:30.000Z');
});
