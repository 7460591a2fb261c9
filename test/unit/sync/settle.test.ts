import { describe, expect, it } from 'vitest';
import type { Sighting } from '../../../lambdas/sync/file-record.ts';
import { fingerprintOf } from '../../../lambdas/sync/fingerprint.ts';
import type { ModifiedTime, RemoteFile } from '../../../lambdas/sync/remote-file.ts';
import type { ServerZone } from '../../../lambdas/sync/server-zone.ts';
import {
  doneFileOf,
  isDoneFile,
  type SettleRules,
  type Sight,
  settle,
} from '../../../lambdas/sync/settle.ts';
import { file, listed, listedDay, now, utc } from './fixtures.ts';

const twoMinutes: SettleRules = { minAgeMs: 120_000, unchangedListings: 1, doneFile: undefined };
const utcZone: ServerZone = { kind: 'iana', name: 'UTC' };
const unknownZone: ServerZone = { kind: 'unknown' };

function sight(changes: Partial<Sight> = {}): Sight {
  return { now, zone: utcZone, runId: 'run-1', hasDoneFile: () => false, ...changes };
}

/** How the file was seen before: in which run, and how long ago. */
function seen(of: RemoteFile, { runs = 1, runId = 'run-0', minutesAgo = 60 } = {}): Sighting {
  const firstSeenAt = new Date(now.getTime() - minutesAgo * 60_000);
  return { fingerprint: fingerprintOf(of), firstSeenAt, runs, lastRunId: runId };
}

function verdict(settlement: ReturnType<typeof settle>): string {
  return settlement.kind === 'settled' ? 'settled' : settlement.reason;
}

describe('the age of a file, with two minutes asked for at 12:00:00', () => {
  it.each<[string, ModifiedTime | undefined, ServerZone, string]>([
    ['modified at 11:58:00 by MLSD', utc('2026-11-20T11:58:00'), utcZone, 'settled'],
    ['modified at 11:58:01 by MLSD', utc('2026-11-20T11:58:01'), utcZone, 'too-young'],
    ['modified at 11:57 by LIST, so before 11:58:00', listed('2026-11-20T11:57'), utcZone, 'settled'],
    ['modified at 11:58 by LIST, perhaps at 11:58:59', listed('2026-11-20T11:58'), utcZone, 'too-young'],
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
      'too-young',
    ],
    [
      'modified at 17:20 by LIST, five and a half hours ahead',
      listed('2026-11-20T17:20'),
      { kind: 'offset', minutes: 330 },
      'settled',
    ],
    [
      'modified at 17:30 by LIST, five and a half hours ahead',
      listed('2026-11-20T17:30'),
      { kind: 'offset', minutes: 330 },
      'too-young',
    ],
    ['modified today, the hour not told', listedDay('2026-11-20'), utcZone, 'too-young'],
    ['modified yesterday, the hour not told', listedDay('2026-11-19'), utcZone, 'settled'],
    ['modified in an hour, by a clock that is ahead', utc('2026-11-20T13:00:00'), utcZone, 'too-young'],
    ['modified in 2030, which says nothing', utc('2030-01-01T00:00:00'), utcZone, 'time-unknown'],
    ['modified nobody knows when', undefined, utcZone, 'time-unknown'],
    ['modified on no date', { ...utc('2026-11-20T11:00'), wallClock: 'no date' }, utcZone, 'time-unknown'],
    ['listed in an unknown zone', listed('2026-11-20T01:00'), unknownZone, 'time-unknown'],
    ['listed by MLSD, where the zone does not matter', utc('2026-11-20T01:00'), unknownZone, 'settled'],
  ])('%s', (_, at, zone, expected) => {
    const settlement = settle(file('/in/a', { at }), undefined, twoMinutes, sight({ zone }));

    expect(verdict(settlement)).toBe(expected);
  });

  it('counts from the first sighting where the date says nothing', () => {
    const undated = file('/in/a', { at: undefined });

    const verdicts = [1, 2].map((minutesAgo) =>
      verdict(settle(undated, seen(undated, { minutesAgo }), twoMinutes, sight())),
    );

    expect(verdicts).toEqual(['time-unknown', 'settled']);
  });

  it('counts anew once an undated file has grown', () => {
    const before = seen(file('/in/a', { at: undefined, size: 99 }));

    const settlement = settle(file('/in/a', { at: undefined }), before, twoMinutes, sight());

    expect(settlement).toMatchObject({ reason: 'time-unknown', sighting: { firstSeenAt: now, runs: 1 } });
  });

  it('is not asked for where minAge is 0, whatever the date', () => {
    const rules = { ...twoMinutes, minAgeMs: 0 };
    const ages = [undefined, utc('2026-11-20T11:59:59'), listed('2026-11-20T11:59')];

    const verdicts = ages.map((at) => {
      return verdict(settle(file('/in/a', { at }), undefined, rules, sight({ zone: unknownZone })));
    });

    expect(verdicts).toEqual(['settled', 'settled', 'settled']);
  });

  it('leaves nothing to remember where one listing is enough', () => {
    const settlement = settle(file('/in/a', { at: utc('2026-11-20T11:59') }), undefined, twoMinutes, sight());

    expect(settlement).toEqual({ kind: 'hold', reason: 'too-young', sighting: undefined });
  });
});

describe('a file that must look the same in three runs', () => {
  const rules: SettleRules = { minAgeMs: 0, unchangedListings: 3, doneFile: undefined };
  const a = file('/in/a');

  it('is held by the first, which remembers it', () => {
    const settlement = settle(a, undefined, rules, sight());

    expect(settlement).toEqual({
      kind: 'hold',
      reason: 'not-seen-often-enough',
      sighting: { fingerprint: fingerprintOf(a), firstSeenAt: now, runs: 1, lastRunId: 'run-1' },
    });
  });

  it('is settled in the third', () => {
    const verdicts = [1, 2].map((runs) => verdict(settle(a, seen(a, { runs }), rules, sight())));

    expect(verdicts).toEqual(['not-seen-often-enough', 'settled']);
  });

  it('is not counted twice by a plan that is made again within one run', () => {
    const before = seen(a, { runs: 2, runId: 'run-1' });

    const settlement = settle(a, before, rules, sight());

    expect(settlement).toMatchObject({ reason: 'not-seen-often-enough', sighting: { runs: 2 } });
  });

  it('begins anew once it has changed', () => {
    const before = seen(file('/in/a', { size: 99 }), { runs: 2 });

    const settlement = settle(a, before, rules, sight());

    expect(settlement).toMatchObject({ sighting: { runs: 1, firstSeenAt: now } });
  });

  it('is counted from its first run on, also while it is too young', () => {
    const young = file('/in/a', { at: utc('2026-11-20T11:59') });

    const settlement = settle(young, seen(young), { ...rules, minAgeMs: 120_000 }, sight());

    expect(settlement).toMatchObject({ reason: 'too-young', sighting: { runs: 2 } });
  });
});

describe('a done file', () => {
  const rules: SettleRules = { ...twoMinutes, doneFile: '{name}.done' };

  it('holds the file back while it is missing', () => {
    const settlement = settle(
      file('/in/a.csv'),
      undefined,
      rules,
      sight({ hasDoneFile: (name) => name === 'a.done' }),
    );

    expect(settlement).toEqual({ kind: 'hold', reason: 'no-done-file', sighting: undefined });
  });

  it('does not replace the other rules', () => {
    const hasDoneFile = (name: string) => name === 'a.csv.done';

    const settlement = settle(
      file('/in/a.csv', { at: utc('2026-11-20T11:59') }),
      undefined,
      rules,
      sight({ hasDoneFile }),
    );

    expect(verdict(settlement)).toBe('too-young');
  });

  it('lets the file go where it stands beside it', () => {
    const hasDoneFile = (name: string) => name === 'a.csv.done';

    const settlement = settle(file('/in/a.csv'), undefined, rules, sight({ hasDoneFile }));

    expect(verdict(settlement)).toBe('settled');
  });

  it.each([
    ['a.csv', '{name}.done', 'a.csv.done'],
    ['a.b.csv', '{stem}.ok', 'a.b.ok'],
    ['README', '{stem}.ok', 'README.ok'],
    ['.hidden', '{stem}.ok', '.hidden.ok'],
    ['$&$1.csv', 'done-{name}', 'done-$&$1.csv'],
    ['{stem}.csv', '{name}.done', '{stem}.csv.done'],
  ])('of %s is, by %s, %s', (name, pattern, expected) => {
    const found = doneFileOf(name, pattern);

    expect(found).toBe(expected);
  });

  it.each([
    ['a.csv.done', '{name}.done', true],
    ['a.csv', '{name}.done', false],
    ['.done', '{name}.done', false],
    ['done-a', 'done-{stem}', true],
    ['ok.ok', 'ok.{stem}.ok', false],
    ['ok.a.ok', 'ok.{stem}.ok', true],
  ])('may be %s by %s: %s', (name, pattern, expected) => {
    const found = isDoneFile(name, pattern);

    expect(found).toBe(expected);
  });
});
