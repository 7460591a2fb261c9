import { describe, expect, it } from 'vitest';
import type { ModifiedTime, RemoteFile } from '../../../../lambdas/core/listing/remote-file.ts';
import type { MeasuredZone } from '../../../../lambdas/core/listing/server-zone.ts';
import {
  firstSamples,
  isAgeUncertain,
  maxSamples,
  NewestSamples,
  toMeasuredZone,
  type ZoneSample,
} from '../../../../lambdas/core/listing/zone-samples.ts';
import { parseRemotePath } from '../../../../lambdas/core/path/remote-path.ts';
import { checkSettled } from '../../../../lambdas/core/plan/check-settled.ts';
import { file, listed, listedDay, utc } from '../fixtures.ts';

const minuteMs = 60_000;
const dayMs = 24 * 60 * minuteMs;
const minAgeMs = 20 * minuteMs;

/** A file of a simulated server: when it was really written. */
interface WrittenFile {
  readonly path: string;
  readonly at: Date;
}

/** How a server turns the time of a file into its LIST time; `now` is when it lists. */
type ListClock = (at: Date, now: Date) => string;

function wallClockIn(timeZone: string, at: Date): string {
  const text = new Intl.DateTimeFormat('sv-SE', { timeZone, dateStyle: 'short', timeStyle: 'short' });
  return text.format(at).replace(' ', 'T');
}

/** The offset of the time of the file: Unix. */
const seasonOf =
  (timeZone: string): ListClock =>
  (at) =>
    wallClockIn(timeZone, at);

/** The offset of today for all files: Windows. */
const seasonOfToday =
  (timeZone: string): ListClock =>
  (at, now) => {
    const offsetMs =
      Date.parse(`${wallClockIn(timeZone, now)}Z`) - Math.floor(now.getTime() / minuteMs) * minuteMs;
    return new Date(at.getTime() + offsetMs).toISOString().slice(0, 16);
  };

interface Scene {
  readonly now: Date;
  readonly clock: ListClock;
  readonly hasMdtm?: boolean;
}

/** Lists the files, measures the zone as `measureZone` does, and decides about each, in its first run. */
function decide(written: readonly WrittenFile[], { now, clock, hasMdtm = true }: Scene) {
  const files = written.map(({ path, at }): RemoteFile => file(path, { at: listed(clock(at, now)) }));
  const zone = measure(files, { now, mdtmOf: (path) => (hasMdtm ? utcOf(written, path) : undefined) });
  const rules = { minAgeMs, unchangedListings: 1, doneFile: undefined };
  const context = { now, zone, runId: 'run-1', findDoneFile: () => undefined, usedDoneFile: undefined };
  return files.map((each) => {
    const settled = checkSettled(each, undefined, rules, context);
    return settled.kind === 'settled' ? 'settled' : settled.reason;
  });
}

function utcOf(written: readonly WrittenFile[], path: string): ModifiedTime | undefined {
  const at = written.find((each) => each.path === path)?.at;
  return at && utc(at.toISOString().slice(0, 19));
}

function measure(
  files: readonly RemoteFile[],
  { now, mdtmOf }: { readonly now: Date; readonly mdtmOf: (path: string) => ModifiedTime | undefined },
): MeasuredZone {
  const samples = new NewestSamples({ now, isSelected: () => true });
  for (const each of files) samples.add(each);
  const newest = samples.newest();
  const ask = (asked: readonly ZoneSample[]) =>
    asked.flatMap((sample) => {
      const mdtm = mdtmOf(sample.path);
      return mdtm === undefined ? [] : [{ sample, mdtm }];
    });
  const first = ask(newest.slice(0, firstSamples));
  const zone = toMeasuredZone(first);
  const uncertain = newest
    .slice(firstSamples)
    .filter((each) => isAgeUncertain(each, zone, { now, minAgeMs }));
  return toMeasuredZone([...first, ...ask(uncertain)]);
}

/** Files of the other season first, then one for each age. */
function filesAt(now: Date, agesMinutes: readonly number[], olderFiles = 30): readonly WrittenFile[] {
  const older = Array.from({ length: olderFiles }, (_, index) => ({
    path: `/in/a-${index}`,
    at: new Date(now.getTime() - 120 * dayMs - index * minuteMs),
  }));
  const young = agesMinutes.map((age) => ({
    path: `/in/z-${age}`,
    at: new Date(now.getTime() - age * minuteMs),
  }));
  return [...older, ...young];
}

/** Both changes of the clocks of 2026: in half an hour, in an hour, and days later. */
const zones = [
  ['Europe/Rome', '2026-03-29T01:00:00Z', '2026-10-25T01:00:00Z'],
  ['America/New_York', '2026-03-08T07:00:00Z', '2026-11-01T06:00:00Z'],
  ['Australia/Sydney', '2026-10-03T16:00:00Z', '2026-04-04T16:00:00Z'],
  ['Australia/Lord_Howe', '2026-10-03T15:30:00Z', '2026-04-04T15:00:00Z'],
  ['Antarctica/Troll', '2026-03-29T01:00:00Z', '2026-10-25T01:00:00Z'],
  ['Asia/Kathmandu', '2026-03-29T01:00:00Z', '2026-10-25T01:00:00Z'],
  ['UTC', '2026-03-29T01:00:00Z', '2026-10-25T01:00:00Z'],
] as const;
const minutesAfterChange = [-60, -1, 1, 10, 19, 21, 59, 61, 119, 121, 3 * 24 * 60];
const cases = zones.flatMap(([zone, spring, autumn]) =>
  [spring, autumn].flatMap((change) =>
    minutesAfterChange.flatMap((minutes) => {
      const now = new Date(Date.parse(change) + minutes * minuteMs);
      return [
        [`${zone}, ${now.toISOString()}, Unix`, { now, clock: seasonOf(zone) }] as const,
        [`${zone}, ${now.toISOString()}, Windows`, { now, clock: seasonOfToday(zone) }] as const,
      ];
    }),
  ),
);
const young = [0, 1, 10, 19];
const settledAges = [21, 30, 61, 90, 121, 300];

describe('the age of a file around a change of the clocks', () => {
  it.each(cases)('is right in %s', (_, scene) => {
    const decisions = decide(filesAt(scene.now, [...young, ...settledAges]), scene).slice(30);

    expect(decisions).toEqual([
      ...young.map(() => 'min-age-not-reached'),
      ...settledAges.map(() => 'settled'),
    ]);
  });

  it.each(cases)('never counts as too high where the server lacks MDTM, in %s', (_, scene) => {
    const decisions = decide(filesAt(scene.now, young), { ...scene, hasMdtm: false }).slice(30);

    expect(decisions).toEqual(young.map(() => 'modified-time-unknown'));
  });

  it('waits where more files are young than are asked', () => {
    // In the hour that Rome has twice: 900 files of the first pass are listed later than the newest file.
    const now = new Date('2026-10-25T01:05:00Z');
    const before = Array.from({ length: 900 }, (_, index) => ({
      path: `/in/b-${index}`,
      at: new Date(Date.parse('2026-10-25T00:20:00Z') + index * 2_000),
    }));
    const newest = { path: '/in/newest', at: new Date('2026-10-25T01:04:30Z') };

    const decisions = decide([...before, newest], { now, clock: seasonOf('Europe/Rome') });

    expect(decisions.at(-1)).toBe('modified-time-unknown');
  });
});

describe('the files that are asked', () => {
  const now = new Date('2026-11-20T12:00:00Z');
  const everything = { now, isSelected: () => true };

  it('are the newest, in any order of the listing and over several rounds', () => {
    const all = Array.from({ length: 3 * maxSamples }, (_, index) =>
      file(`/in/${index}`, {
        at: listed(new Date(now.getTime() - index * minuteMs).toISOString().slice(0, 16)),
      }),
    );
    const forwards = new NewestSamples(everything);
    for (const each of all) forwards.add(each);
    const firstRound = new NewestSamples(everything);
    for (const each of all.slice(maxSamples - 1).toReversed()) firstRound.add(each);
    const laterRound = new NewestSamples(everything, firstRound.newest());
    for (const each of all.slice(0, maxSamples - 1).toReversed()) laterRound.add(each);

    const paths = (samples: NewestSamples) => samples.newest().map(({ path }) => path);

    expect(paths(forwards)).toEqual(all.slice(0, maxSamples).map(({ path }) => path));
    expect(paths(laterRound)).toEqual(paths(forwards));
  });

  it.each<[string, ModifiedTime | undefined, boolean]>([
    ['of LIST with an hour', listed('2026-11-20T11:00'), true],
    ['of LIST without an hour', listedDay('2026-11-20'), false],
    ['of MLSD', utc('2026-11-20T11:00'), false],
    ['that is unknown', undefined, false],
    ['that is ahead by as much as two zones can be apart', listed('2026-11-21T13:59'), true],
    ['that no zone explains', listed('2030-01-01T00:00'), false],
  ])('have a time %s: %s', (_, at, expected) => {
    const samples = new NewestSamples(everything);

    samples.add(file('/in/a', { at }));

    expect(samples.newest().length > 0).toBe(expected);
  });

  it('are selected by the flow', () => {
    const samples = new NewestSamples({ now, isSelected: (path) => path === parseRemotePath('/in/a.csv') });

    for (const path of ['/in/a.csv', '/in/a.log'])
      samples.add(file(path, { at: listed('2026-11-20T11:00') }));

    expect(samples.newest().map(({ path }) => path)).toEqual(['/in/a.csv']);
  });
});

it('an offset that no zone has shows that the file has changed since, and is not one', () => {
  const sample = { path: parseRemotePath('/in/a'), modified: listed('2026-11-20T12:00') };

  const zone = toMeasuredZone([{ sample, mdtm: utc('2026-11-20T10:53:10') }]);

  expect(zone).toEqual({ kind: 'measured', offsets: [], times: { '/in/a': '2026-11-20T10:53:10' } });
});
