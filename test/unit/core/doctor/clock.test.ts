import { expect, test } from 'vitest';
import { evaluateClock } from '../../../../lambdas/core/doctor/clock.ts';
import type { ExaminedPartner } from '../../../../lambdas/core/doctor/examined-partner.ts';
import { evaluateZone, type ZoneFacts } from '../../../../lambdas/core/doctor/time-zone.ts';
import type { ModifiedTime } from '../../../../lambdas/core/listing/remote-file.ts';
import { unmeasuredZone } from '../../../../lambdas/core/listing/server-zone.ts';
import { parseTimeValue } from '../../../../lambdas/ftps/session/file-facts.ts';
import { file, now, utc } from '../fixtures.ts';
import { examinedPartner } from './examined-partner.ts';

const hour = 60;

type ZoneOf = ExaminedPartner['connection']['timeZoneOf'];

function withZone(timeZone: string, timeZoneOf: ZoneOf = 'list'): ExaminedPartner {
  return examinedPartner({ timeZone, timeZoneOf });
}

/** A time-val of MDTM or MLSD, in minutes ahead of our clock. */
function ahead(minutes: number): ModifiedTime | undefined {
  const iso = new Date(now.getTime() + minutes * 60_000).toISOString();
  return parseTimeValue(iso.slice(0, 19).replaceAll(/[-T:]/g, ''));
}

type Row = [what: string, style: string, zone: ExaminedPartner, minutes: number, level: string, set: object];

const auto = withZone('auto');

test.each<Row>([
  ['UTC', 'MLSD', auto, 0, 'ok', {}],
  ['UTC, a minute ahead', 'MLSD', auto, 1, 'ok', {}],
  ['Tokyo', 'MLSD', auto, 9 * hour, 'error', { timeZone: 'Asia/Tokyo', timeZoneOf: 'all' }],
  ['New York', 'MLSD', auto, -5 * hour, 'error', { timeZone: 'America/New_York', timeZoneOf: 'all' }],
  ['Kathmandu', 'MLSD', auto, 5 * hour + 45, 'error', { timeZone: 'Asia/Kathmandu', timeZoneOf: 'all' }],
  ['Tokyo, by MDTM', 'LIST -a', auto, 9 * hour, 'error', { timeZone: 'Asia/Tokyo' }],
  ['a wrong clock', 'MLSD', auto, 40, 'warning', {}],
  ['another day', 'MLSD', auto, 24 * hour, 'warning', {}],
  ['Tokyo', 'MLSD', withZone('Asia/Tokyo'), 9 * hour, 'error', { timeZoneOf: 'all' }],
  ['Tokyo', 'MLSD', withZone('Asia/Tokyo', 'all'), 9 * hour, 'ok', {}],
  ['Tokyo, by MDTM', 'LIST', withZone('Asia/Tokyo'), 9 * hour, 'ok', {}],
  ['UTC', 'MLSD', withZone('Asia/Tokyo'), 0, 'ok', {}],
  ['UTC, by MDTM', 'LIST', withZone('Asia/Tokyo'), 0, 'ok', {}],
  ['UTC', 'MLSD', withZone('Asia/Tokyo', 'all'), 0, 'error', { timeZoneOf: 'list' }],
  ['Rome', 'MLSD', withZone('Asia/Tokyo', 'all'), hour, 'error', { timeZone: 'Europe/Rome' }],
  ['a wrong clock', 'MLSD', withZone('Asia/Tokyo', 'all'), 9 * hour + 40, 'warning', {}],
])('A new file shows %s in %s', (_, style, partner, minutes, level, settings) => {
  const mlst = style === 'MLSD' ? ahead(minutes) : undefined;

  const found = evaluateClock({ style, mdtm: ahead(minutes), mlst, writtenAt: now }, partner);

  expect(found?.level).toBe(level);
  expect(Object.fromEntries(found?.settings.map(({ path, value }) => [path[1], value]) ?? [])).toEqual(
    settings,
  );
});

test('Says that nothing protects a growing file of a server west of Greenwich', () => {
  const found = evaluateClock({ style: 'MLSD', mdtm: ahead(-300), mlst: ahead(-300), writtenAt: now }, auto);

  expect(found?.found).toContain('5 h 0 min behind our clock: it is local time (UTC-5:00)');
  expect(found?.means).toContain('minAge does not protect it');
});

test('The time of MLST counts where directories are listed with MLSD, whatever MDTM says', () => {
  const facts = { style: 'MLSD', mdtm: ahead(9 * hour), mlst: ahead(0), writtenAt: now };

  expect(evaluateClock(facts, auto)?.level).toBe('ok');
});

test('There is no clock to check where the server shows no time', () => {
  const facts = { style: 'LIST', mdtm: undefined, mlst: undefined, writtenAt: now };

  expect(evaluateClock(facts, auto)).toBeUndefined();
});

function zoneFacts(changes: Partial<ZoneFacts>): ZoneFacts {
  return { style: 'LIST', measured: unmeasuredZone, files: 3, dated: 3, future: [], now, ...changes };
}

test('Does not ask for a time zone that is set', () => {
  expect(evaluateZone(zoneFacts({}), withZone('Europe/Rome')).level).toBe('ok');
});

test.each<[string, ExaminedPartner, object]>([
  ['LIST', auto, { timeZone: 'Asia/Tokyo' }],
  ['LIST', withZone('Europe/Rome'), {}],
  ['MLSD', auto, { timeZone: 'Asia/Tokyo', timeZoneOf: 'all' }],
  ['MLSD', withZone('Europe/Rome', 'all'), {}],
])(
  'Files of the future are named, in %s, with what to set if it is local time',
  (style, partner, settings) => {
    const future = [
      file('/in/set-by-hand.csv', { at: utc('2037-01-01T00:00') }),
      file('/in/older.csv', { at: utc('2026-11-20T20:20') }),
      file('/in/a.csv', { at: utc('2026-11-20T20:50') }),
    ];

    const found = evaluateZone(zoneFacts({ style, future, dated: 7 }), partner);

    expect(found).toMatchObject({
      level: 'warning',
      found: expect.stringMatching(
        /^3 of 7 files are dated in the future: \/in\/a\.csv \(\d+\), \d+ h 50 min ahead/,
      ),
      means: expect.stringContaining('local time'),
    });
    expect(Object.fromEntries(found.settings.map(({ path, value }) => [path[1], value]))).toEqual(settings);
  },
);

test('A file that is dated further ahead than any zone suggests no setting', () => {
  const future = [file('/in/tomorrow.csv', { at: utc('2026-11-22T09:00') })];

  const found = evaluateZone(zoneFacts({ style: 'MLSD', future }), auto);

  expect(found.means).toContain('No time zone explains this');
  expect(found.settings).toEqual([]);
});

test.each<[string, readonly number[], string]>([
  ['Europe/Rome', [60], 'ok'],
  ['Europe/Rome', [60, 120], 'ok'],
  ['Europe/Rome', [120], 'ok'],
  ['Europe/Rome', [0], 'ok'],
  ['Europe/Rome', [-300], 'error'],
  ['UTC', [60], 'error'],
  ['Australia/Lord_Howe', [630], 'ok'],
  ['Asia/Kathmandu', [330], 'error'],
])('A timeZone of %s and LIST times at %j minutes from MDTM: %s', (timeZone, offsets, level) => {
  const facts = zoneFacts({ measured: { ...unmeasuredZone, offsets } });

  expect(evaluateZone(facts, withZone(timeZone)).level).toBe(level);
});

test('Shows the offsets of both seasons', () => {
  const facts = zoneFacts({ measured: { ...unmeasuredZone, offsets: [60, 120] } });

  expect(evaluateZone(facts, auto)).toMatchObject({
    level: 'ok',
    found: expect.stringContaining('UTC+1:00 or UTC+2:00'),
  });
});

test('Does not conclude from MLSD that its times are UTC', () => {
  const { found, means } = evaluateZone(zoneFacts({ style: 'MLSD' }), auto);

  expect(found).toContain('are read as UTC');
  expect(means).toMatch(/west of Greenwich.*--write/);
});
