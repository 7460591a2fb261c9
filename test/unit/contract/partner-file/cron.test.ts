import { describe, expect, it } from 'vitest';
import { cronError, nextFiring } from '../../../../lambdas/contract/partner-file/cron.ts';

function firings(cron: string, from: string, { count = 3, timeZone = 'Europe/Rome' } = {}): string[] {
  const found: string[] = [];
  for (let after = new Date(from); found.length < count; ) {
    const next = nextFiring({ cron, timeZone }, after);
    if (next === undefined) return [...found, 'never'];
    found.push(next.toISOString().replace(':00.000Z', 'Z'));
    after = next;
  }
  return found;
}

describe('an expression that EventBridge Scheduler accepts', () => {
  it.each([
    '15 2 * * ? *',
    '0/5 * * * ? *',
    '*/10 8-18 ? * MON-FRI *',
    '0 10 ? * 6L 2022-2030',
    '0 0 L * ? *',
    '0 0 3W * ? *',
    '0 0 ? * 2#1 *',
    '0 0 ? JAN,JUL,dec sun *',
    '0,30 0 1,15 * ? 2027',
    '  15   2 * * ? *  ',
  ])('%s is valid', (cron) => {
    const error = cronError(cron);

    expect(error).toBeUndefined();
  });
});

describe('an expression that EventBridge Scheduler rejects', () => {
  it.each([
    ['five fields, as in crontab', '15 2 * * *', 'has 5'],
    ['seven fields', '0 15 2 * * ? *', 'has 7'],
    ['nothing', '', 'has 1'],
    ['the cron( ) around it', 'cron(15 2 * * ? *)', 'without cron( )'],
    ['minute 60', '60 2 * * ? *', "'60' as minutes"],
    ['hour 24', '0 24 * * ? *', "'24' as hours"],
    ['day 0', '0 0 0 * ? *', "'0' as day of month"],
    ['month 13', '0 0 1 13 ? *', "'13' as month; use 1 to 12 or JAN to DEC"],
    ['an unknown month name', '0 0 1 JUNE ? *', "'JUNE' as month"],
    ['day of week 0, as in crontab', '0 0 ? * 0 *', "'0' as day of week"],
    ['a sixth Monday', '0 0 ? * 2#6 *', "'2#6' as day of week"],
    ['the year 1969', '0 0 1 1 ? 1969', "'1969' as year"],
    ['a range backwards', '0 18-8 * * ? *', "'18-8' as hours"],
    ['names backwards', '0 0 ? * FRI-MON *', "'FRI-MON' as day of week"],
    ['a step of zero', '*/0 2 * * ? *', "'*/0' as minutes"],
    ['two steps', '0/5/5 2 * * ? *', "'0/5/5' as minutes"],
    ['an empty list entry', '1,,2 2 * * ? *', "'1,,2' as minutes"],
    ['a negative number', '-1 2 * * ? *', "'-1' as minutes"],
    ['a fraction', '1.5 2 * * ? *', "'1.5' as minutes"],
    ['a question mark for minutes', '? 2 * * ? *', "'?' as minutes"],
    ['both days given', '0 0 1 * MON *', "'?' in exactly one"],
    ['neither day given', '0 0 ? * ? *', "'?' in exactly one"],
    ['stars for both days', '0 0 * * * *', "'?' in exactly one"],
  ])('%s is named in the error', (_, cron, said) => {
    const error = cronError(cron);

    expect(error).toContain(said);
  });
});

describe('the next firing', () => {
  it.each([
    ['every day', '15 2 * * ? *', '2026-11-20T00:00Z', ['2026-11-20T01:15Z', '2026-11-21T01:15Z']],
    ['is after now, not now', '15 2 * * ? *', '2026-11-20T01:15Z', ['2026-11-21T01:15Z']],
    [
      'every 20 minutes from 5 on',
      '5/20 * * * ? *',
      '2026-11-20T00:00Z',
      ['2026-11-20T00:05Z', '2026-11-20T00:25Z', '2026-11-20T00:45Z', '2026-11-20T01:05Z'],
    ],
    ['Sunday is day 1', '0 12 ? * 1 *', '2026-11-20T00:00Z', ['2026-11-22T11:00Z']],
    ['Saturday is day 7', '0 12 ? * 7 *', '2026-11-20T00:00Z', ['2026-11-21T11:00Z']],
    [
      'days by name',
      '0 12 ? * MON-WED *',
      '2026-11-20T00:00Z',
      ['2026-11-23T11:00Z', '2026-11-24T11:00Z', '2026-11-25T11:00Z', '2026-11-30T11:00Z'],
    ],
    [
      'days by number are the same days',
      '0 12 ? * 2-4 *',
      '2026-11-20T00:00Z',
      ['2026-11-23T11:00Z', '2026-11-24T11:00Z', '2026-11-25T11:00Z', '2026-11-30T11:00Z'],
    ],
    [
      'a step over days counts from Sunday',
      '0 12 ? * */3 *',
      '2026-11-20T00:00Z',
      ['2026-11-21T11:00Z', '2026-11-22T11:00Z', '2026-11-25T11:00Z'],
    ],
    [
      'the last day of the month',
      '0 12 L * ? *',
      '2026-01-30T00:00Z',
      ['2026-01-31T11:00Z', '2026-02-28T11:00Z'],
    ],
    ['the last weekday of the month', '0 12 LW * ? *', '2026-01-01T00:00Z', ['2026-01-30T11:00Z']],
    [
      'the weekday nearest to a Saturday the 5th',
      '0 12 5W 12 ? 2026',
      '2026-11-20T00:00Z',
      ['2026-12-04T11:00Z'],
    ],
    ['L alone is Saturday', '0 12 ? * L *', '2026-11-20T00:00Z', ['2026-11-21T11:00Z', '2026-11-28T11:00Z']],
    [
      'the last Friday of the month',
      '0 12 ? * 6L *',
      '2026-11-20T00:00Z',
      ['2026-11-27T11:00Z', '2026-12-25T11:00Z'],
    ],
    [
      'the second Tuesday of the month',
      '0 12 ? * 3#2 *',
      '2026-11-20T00:00Z',
      ['2026-12-08T11:00Z', '2027-01-12T11:00Z'],
    ],
    ['a month by name', '0 12 1 MAR ? *', '2026-11-20T00:00Z', ['2027-03-01T11:00Z']],
    ['a single year', '0 12 1 1 ? 2028', '2026-11-20T00:00Z', ['2028-01-01T11:00Z', 'never']],
    [
      'years in steps',
      '0 12 1 1 ? 2026-2030/2',
      '2026-11-20T00:00Z',
      ['2028-01-01T11:00Z', '2030-01-01T11:00Z', 'never'],
    ],
    ['a year in the past', '0 12 1 1 ? 2020', '2026-11-20T00:00Z', ['never']],
    ['a day that the month does not have', '0 12 31 2 ? *', '2026-11-20T00:00Z', ['never']],
    ['29 February', '0 12 29 2 ? *', '2026-11-20T00:00Z', ['2028-02-29T11:00Z', '2032-02-29T11:00Z']],
  ])('%s: %s', (_, cron, from, expected) => {
    const found = firings(cron, from, { count: expected.length });

    expect(found).toEqual(expected);
  });

  it('is skipped if its local time does not exist', () => {
    const found = firings('30 2 * * ? *', '2026-03-28T00:00Z');

    expect(found).toEqual(['2026-03-28T01:30Z', '2026-03-30T00:30Z', '2026-03-31T00:30Z']);
  });

  it('is undefined if its only local time does not exist', () => {
    const found = firings('30 2 29 3 ? 2026', '2026-03-01T00:00Z', { count: 1 });

    expect(found).toEqual(['never']);
  });

  it('fires once if its local time exists twice', () => {
    const found = firings('30 2 * * ? *', '2026-10-24T00:00Z');

    expect(found).toEqual(['2026-10-24T00:30Z', '2026-10-25T00:30Z', '2026-10-26T01:30Z']);
  });

  it('keeps its local time before and after a change of the clocks', () => {
    const found = firings('0 3 * * ? *', '2026-03-28T00:00Z', { count: 2 });

    expect(found).toEqual(['2026-03-28T02:00Z', '2026-03-29T01:00Z']);
  });

  it('fires every hour on the day that daylight saving time starts', () => {
    const found = firings('15 * * * ? *', '2026-03-29T00:00Z', { count: 3 });

    expect(found).toEqual(['2026-03-29T00:15Z', '2026-03-29T01:15Z', '2026-03-29T02:15Z']);
  });

  it('is read in the zone of the schedule', () => {
    const found = firings('0 12 * * ? *', '2026-11-20T00:00Z', { count: 1, timeZone: 'America/New_York' });

    expect(found).toEqual(['2026-11-20T17:00Z']);
  });
});
