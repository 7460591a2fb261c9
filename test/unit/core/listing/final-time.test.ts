import { expect, it } from 'vitest';
import { isTimeFinal } from '../../../../lambdas/core/listing/final-time.ts';
import type { ModifiedTime } from '../../../../lambdas/core/listing/remote-file.ts';
import { type ServerZone, unmeasuredZone } from '../../../../lambdas/core/listing/server-zone.ts';
import { file, listed, listedDay, now, utc } from '../fixtures.ts';

const rome: ServerZone = { kind: 'iana', name: 'Europe/Rome' };
const utcZone: ServerZone = { kind: 'iana', name: 'UTC' };
const asked: ServerZone = { kind: 'measured', offsets: [0], times: { '/in/a': '2026-11-20T11:58:01' } };

it.each<[string, ModifiedTime | undefined, ServerZone, boolean]>([
  ['a minute that ended two minutes ago', listed('2026-11-20T11:57'), utcZone, true],
  ['a minute that ended a minute ago', listed('2026-11-20T11:58'), utcZone, false],
  ['a minute of Rome that ended two minutes ago', listed('2026-11-20T12:57'), rome, true],
  ['a minute of Rome that has just ended', listed('2026-11-20T12:59'), rome, false],
  [
    'a minute whose seconds were asked for, and that has just ended',
    listed('2026-11-20T11:58'),
    asked,
    false,
  ],
  ['a minute of an unmeasured zone, of the same day', listed('2026-11-20T01:00'), unmeasuredZone, false],
  ['a minute of an unmeasured zone, of the day before', listed('2026-11-19T20:00'), unmeasuredZone, true],
  ['a day that is over', listedDay('2026-11-19'), utcZone, true],
  ['a day of an unmeasured zone that may not be over', listedDay('2026-11-19'), unmeasuredZone, false],
  ['this day', listedDay('2026-11-20'), utcZone, false],
  ['a day in the future', listedDay('2027-11-20'), utcZone, false],
  ['seconds', utc('2026-11-20T11:58:00'), utcZone, true],
  ['no time', undefined, utcZone, false],
])('at noon, %s', (_, at, zone, expected) => {
  expect(isTimeFinal(file('/in/a', { at }), { now, zone })).toBe(expected);
});
