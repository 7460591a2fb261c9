import { describe, expect, it } from 'vitest';
import { toFingerprint } from '../../../../lambdas/core/listing/fingerprint.ts';
import type { ModifiedTime, RemoteFile } from '../../../../lambdas/core/listing/remote-file.ts';
import {
  type MeasuredZone,
  type ServerZone,
  unmeasuredZone,
} from '../../../../lambdas/core/listing/server-zone.ts';
import {
  checkSettled,
  type SettleContext,
  type SettleRules,
} from '../../../../lambdas/core/plan/check-settled.ts';
import type { Observation } from '../../../../lambdas/core/plan/file-record.ts';
import { file, listed, listedDay, now, utc } from '../fixtures.ts';

const twoMinutes: SettleRules = { minAgeMs: 120_000, unchangedListings: 1, doneFile: undefined };
const utcZone: ServerZone = { kind: 'iana', name: 'UTC' };
const tokyo: ServerZone = { kind: 'iana', name: 'Asia/Tokyo', of: 'all' };
const newYork: ServerZone = { kind: 'iana', name: 'America/New_York', of: 'all' };
const unknownZone = unmeasuredZone;
const asked: MeasuredZone = { ...unmeasuredZone, offsets: [330], times: { '/in/a': '2026-11-20T11:57:30' } };

function sight(changes: Partial<SettleContext> = {}): SettleContext {
  return {
    now,
    zone: utcZone,
    runId: 'run-1',
    findDoneFile: () => undefined,
    usedDoneFile: undefined,
    ...changes,
  };
}

/** An earlier observation of the file: in which run, and how long ago. */
function seen(of: RemoteFile, { runs = 1, runId = 'run-0', minutesAgo = 60 } = {}): Observation {
  const firstSeenAt = new Date(now.getTime() - minutesAgo * 60_000);
  return { fingerprint: toFingerprint(of), firstSeenAt, runs, lastRunId: runId };
}

function verdict(settlement: ReturnType<typeof checkSettled>): string {
  return settlement.kind === 'settled' ? 'settled' : settlement.reason;
}

describe('the age of a file at 12:00:00, with a minimum of two minutes', () => {
  it.each<[string, ModifiedTime | undefined, ServerZone, string]>([
    ['modified at 11:58:00 by MLSD', utc('2026-11-20T11:58:00'), utcZone, 'settled'],
    ['modified at 11:58:01 by MLSD', utc('2026-11-20T11:58:01'), utcZone, 'min-age-not-reached'],
    ['modified at 11:57 by LIST, so before 11:58:00', listed('2026-11-20T11:57'), utcZone, 'settled'],
    [
      'modified at 11:58 by LIST, perhaps at 11:58:59',
      listed('2026-11-20T11:58'),
      utcZone,
      'min-age-not-reached',
    ],
    [
      'modified at 12:57 by LIST in Rome',
      listed('2026-11-20T12:57'),
      { kind: 'iana', name: 'Europe/Rome' },
      'settled',
    ],
    [
      'modified at 12:58 by LIST in Rome',
      listed('2026-11-20T12:58'),
      { kind: 'iana', name: 'Europe/Rome' },
      'min-age-not-reached',
    ],
    ['modified at 20:58:00 by MLSD in Tokyo', utc('2026-11-20T20:58'), tokyo, 'settled'],
    ['modified at 20:59:00 by MLSD in Tokyo', utc('2026-11-20T20:59'), tokyo, 'min-age-not-reached'],
    ['modified at 06:58:00 by MLSD in New York', utc('2026-11-20T06:58'), newYork, 'settled'],
    ['modified at 06:59:00 by MLSD in New York', utc('2026-11-20T06:59'), newYork, 'min-age-not-reached'],
    ['modified at 17:27 by LIST, and at 11:57:30 by its MDTM', listed('2026-11-20T17:27'), asked, 'settled'],
    [
      'modified at 17:27 by LIST, and since then by its MDTM',
      listed('2026-11-20T17:27'),
      { ...asked, times: { '/in/a': '2026-11-20T11:58:30' } },
      'min-age-not-reached',
    ],
    [
      'modified at 17:27 by LIST, with the offset of other files: the clocks may have changed since',
      listed('2026-11-20T17:27'),
      { ...asked, times: {} },
      'modified-time-unknown',
    ],
    [
      'modified at 15:27 by LIST, with the offset of other files: at most two hours younger',
      listed('2026-11-20T15:27'),
      { ...asked, times: {} },
      'settled',
    ],
    ['modified today, without a time of day', listedDay('2026-11-20'), utcZone, 'min-age-not-reached'],
    ['modified yesterday, without a time of day', listedDay('2026-11-19'), utcZone, 'settled'],
    [
      'modified in four minutes, by a clock that is ahead',
      utc('2026-11-20T12:04:00'),
      utcZone,
      'min-age-not-reached',
    ],
    [
      'modified in nine hours: MLSD in local time',
      utc('2026-11-20T20:50:00'),
      utcZone,
      'modified-time-in-future',
    ],
    ['modified in 2030', utc('2030-01-01T00:00:00'), utcZone, 'modified-time-in-future'],
    ['modified at an unknown time', undefined, utcZone, 'modified-time-unknown'],
    [
      'modified at an invalid time',
      { ...utc('2026-11-20T11:00'), wallClock: 'no date' },
      utcZone,
      'modified-time-unknown',
    ],
    ['listed today in an unknown zone', listed('2026-11-20T01:00'), unknownZone, 'modified-time-unknown'],
    ['listed yesterday in an unknown zone', listed('2026-11-19T23:00'), unknownZone, 'settled'],
    ['listed last year in an unknown zone, without a time', listedDay('2025-11-20'), unknownZone, 'settled'],
    ['listed by MLSD, for which the zone does not matter', utc('2026-11-20T01:00'), unknownZone, 'settled'],
  ])('%s', (_, at, zone, expected) => {
    const settlement = checkSettled(file('/in/a', { at }), undefined, twoMinutes, sight({ zone }));

    expect(verdict(settlement)).toBe(expected);
  });

  it.each<[string, ModifiedTime | undefined, string]>([
    ['not known', undefined, 'modified-time-unknown'],
    ['in the future', utc('2026-11-20T20:50:00'), 'modified-time-in-future'],
    ['in an unknown zone', listed('2026-11-20T11:00'), 'modified-time-unknown'],
  ])('counts from the first observation if the modified time is %s', (_, at, reason) => {
    const undated = file('/in/a', { at });
    const context = sight({ zone: unknownZone });

    const verdicts = [1, 2].map((minutesAgo) =>
      verdict(checkSettled(undated, seen(undated, { minutesAgo }), twoMinutes, context)),
    );

    expect(verdicts).toEqual([reason, 'settled']);
  });

  it('starts again once a file without a time has grown', () => {
    const before = seen(file('/in/a', { at: undefined, size: 99 }));

    const settlement = checkSettled(file('/in/a', { at: undefined }), before, twoMinutes, sight());

    expect(settlement).toMatchObject({
      reason: 'modified-time-unknown',
      observation: { firstSeenAt: now, runs: 1 },
    });
  });

  it('does not matter if minAge is 0', () => {
    const rules = { ...twoMinutes, minAgeMs: 0 };
    const ages = [undefined, utc('2026-11-20T11:59:59'), listed('2026-11-20T11:59')];

    const verdicts = ages.map((at) => {
      return verdict(checkSettled(file('/in/a', { at }), undefined, rules, sight({ zone: unknownZone })));
    });

    expect(verdicts).toEqual(['settled', 'settled', 'settled']);
  });

  it('needs no observation if one listing is enough', () => {
    const settlement = checkSettled(
      file('/in/a', { at: utc('2026-11-20T11:59') }),
      undefined,
      twoMinutes,
      sight(),
    );

    expect(settlement).toEqual({ kind: 'hold', reason: 'min-age-not-reached', observation: undefined });
  });
});

describe('a file that must look the same in three runs', () => {
  const rules: SettleRules = { minAgeMs: 0, unchangedListings: 3, doneFile: undefined };
  const a = file('/in/a');

  it('is held by the first, with an observation', () => {
    const settlement = checkSettled(a, undefined, rules, sight());

    expect(settlement).toEqual({
      kind: 'hold',
      reason: 'unchanged-listings-not-reached',
      observation: { fingerprint: toFingerprint(a), firstSeenAt: now, runs: 1, lastRunId: 'run-1' },
    });
  });

  it('is settled in the third', () => {
    const verdicts = [1, 2].map((runs) => verdict(checkSettled(a, seen(a, { runs }), rules, sight())));

    expect(verdicts).toEqual(['unchanged-listings-not-reached', 'settled']);
  });

  it('is not counted twice if the plan is repeated in one run', () => {
    const before = seen(a, { runs: 2, runId: 'run-1' });

    const settlement = checkSettled(a, before, rules, sight());

    expect(settlement).toMatchObject({ reason: 'unchanged-listings-not-reached', observation: { runs: 2 } });
  });

  it('starts again once it has changed', () => {
    const before = seen(file('/in/a', { size: 99 }), { runs: 2 });

    const settlement = checkSettled(a, before, rules, sight());

    expect(settlement).toMatchObject({ observation: { runs: 1, firstSeenAt: now } });
  });

  it('is counted from its first run on, even while it is too recent', () => {
    const young = file('/in/a', { at: utc('2026-11-20T11:59') });

    const settlement = checkSettled(young, seen(young), { ...rules, minAgeMs: 120_000 }, sight());

    expect(settlement).toMatchObject({ reason: 'min-age-not-reached', observation: { runs: 2 } });
  });
});

describe('a done file', () => {
  const marker = toFingerprint(file('/in/a.csv.done', { size: 0, at: utc('2026-11-20T11:59:30') }));
  const rules: SettleRules = { ...twoMinutes, doneFile: '{name}.done' };

  it('holds the file while it is missing', () => {
    const settlement = checkSettled(
      file('/in/a.csv'),
      undefined,
      rules,
      sight({ findDoneFile: (name) => (name === 'a.done' ? marker : undefined) }),
    );

    expect(settlement).toEqual({ kind: 'hold', reason: 'done-file-missing', observation: undefined });
  });

  it('does not replace the other rules', () => {
    const findDoneFile = (name: string) => (name === 'a.csv.done' ? marker : undefined);

    const settlement = checkSettled(
      file('/in/a.csv', { at: utc('2026-11-20T11:59') }),
      undefined,
      rules,
      sight({ findDoneFile }),
    );

    expect(verdict(settlement)).toBe('min-age-not-reached');
  });

  it('releases the file once it exists', () => {
    const findDoneFile = (name: string) => (name === 'a.csv.done' ? marker : undefined);

    const settlement = checkSettled(file('/in/a.csv'), undefined, rules, sight({ findDoneFile }));

    expect(verdict(settlement)).toBe('settled');
  });
});

it.each<[string, ServerZone]>([
  ['none that is known', unmeasuredZone],
  ['the easternmost', { kind: 'measured', offsets: [14 * 60], times: {} }],
  ['the westernmost', { kind: 'measured', offsets: [-12 * 60], times: {} }],
  ['Rome', { kind: 'iana', name: 'Europe/Rome' }],
])('Three thousand files that are listed with a year alone are old in any zone: %s', (_, zone) => {
  const verdicts = Array.from({ length: 3000 }, (_each, number) => {
    const day = new Date(Date.UTC(2024, 0, 1 + (number % 365))).toISOString().slice(0, 10);
    return verdict(
      checkSettled(file('/in/a', { at: listedDay(day) }), undefined, twoMinutes, sight({ zone })),
    );
  });

  expect(new Set(verdicts)).toEqual(new Set(['settled']));
});
