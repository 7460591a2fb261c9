import { describe, expect, it } from 'vitest';
import type { Fingerprint } from '../../../../lambdas/core/listing/fingerprint.ts';
import { directoryShift, shiftedMinutes } from '../../../../lambdas/core/plan/clock-shift.ts';

type Changes = Partial<Omit<Fingerprint, 'modified'>> & {
  readonly at?: string;
  readonly precision?: 'second' | 'minute' | 'day';
  readonly clock?: 'utc' | 'server';
};

function version({ at = '2026-03-28T12:00:07', precision = 'second', clock = 'utc', ...rest }: Changes = {}) {
  const modified = { raw: at, wallClock: at, precision, clock };
  return { sizeBytes: 4, modified, unique: undefined, ...rest } satisfies Fingerprint;
}

describe('the minutes by which the time of a file moved', () => {
  it.each<[string, Changes, number | undefined]>([
    ['an hour later', { at: '2026-03-28T13:00:07' }, 60],
    ['an hour earlier', { at: '2026-03-28T11:00:07' }, -60],
    ['half an hour later (Lord Howe)', { at: '2026-03-28T12:30:07' }, 30],
    ['from UTC to Tokyo', { at: '2026-03-28T21:00:07' }, 540],
    ['over midnight', { at: '2026-03-29T00:00:07' }, 720],
    ['not at all', {}, undefined],
    ['by an hour and a second', { at: '2026-03-28T13:00:08' }, undefined],
    ['by a quarter of an hour', { at: '2026-03-28T12:15:07' }, undefined],
    ['by a day', { at: '2026-03-29T12:00:07' }, undefined],
    ['with another size', { at: '2026-03-28T13:00:07', sizeBytes: 5 }, undefined],
    ['without a size', { at: '2026-03-28T13:00:07', sizeBytes: undefined }, undefined],
    ['in another precision', { at: '2026-03-28T13:00:00', precision: 'minute' }, undefined],
    ['by another clock', { at: '2026-03-28T13:00:07', clock: 'server' }, undefined],
  ])('%s', (_, changes, minutes) => {
    expect(shiftedMinutes(version(), version(changes))).toBe(minutes);
  });

  it('are unknown for another file of the same name', () => {
    const [before, now] = [version({ unique: '1' }), version({ unique: '2', at: '2026-03-28T13:00:07' })];

    expect(shiftedMinutes(before, now)).toBeUndefined();
  });

  it('are unknown for dates without an hour', () => {
    const day = { precision: 'day' as const };

    expect(
      shiftedMinutes(
        version({ ...day, at: '2026-03-28T00:00:00' }),
        version({ ...day, at: '2026-03-28T12:00:00' }),
      ),
    ).toBeUndefined();
  });
});

describe('the minutes by which all files of a directory moved', () => {
  const moved = (minute: number, changes: Changes = {}) => ({
    recorded: version({ ...changes, at: `2026-03-28T12:${minute}:07` }),
    listed: version({ ...changes, at: `2026-03-28T13:${minute}:07` }),
  });
  const still = { recorded: version(), listed: version() };

  it.each([
    ['three files by an hour', [moved(10), moved(20), moved(30)], 60],
    ['two files, which may be chance', [moved(10), moved(20)], undefined],
    ['one that stayed', [moved(10), moved(20), moved(30), still], undefined],
    [
      'times without seconds, which a program that runs every hour moves too',
      [10, 20, 30].map((minute) => moved(minute, { precision: 'minute' })),
      undefined,
    ],
  ])('%s', (_, files, minutes) => {
    expect(directoryShift(files)).toBe(minutes);
  });
});
