import { describe, expect, it } from 'vitest';
import {
  arrivalDate,
  datesDue,
  dueAt,
  type ExpectCalendar,
  isExpected,
  weekdays,
} from '../../../../lambdas/core/expectation/expectation-calendar.ts';

const daily: ExpectCalendar = {
  by: '06:00',
  from: '00:00',
  timeZone: 'Europe/Rome',
  days: weekdays,
  holidays: [],
};
const working: ExpectCalendar = { ...daily, days: weekdays.slice(0, 5), holidays: ['2026-12-25'] };

describe('A day on which files are expected', () => {
  it.each([
    ['a Friday', '2026-11-20', true],
    ['a Saturday', '2026-11-21', false],
    ['a Sunday', '2026-11-22', false],
    ['a holiday on a Friday', '2026-12-25', false],
  ])('%s', (_, date, expected) => {
    const found = isExpected(working, date);

    expect(found).toBe(expected);
  });
});

describe('The time by which files are due', () => {
  it.each([
    ['in winter', daily, '2026-11-20', '2026-11-20T05:00:00.000Z'],
    ['in summer', daily, '2026-07-20', '2026-07-20T04:00:00.000Z'],
    [
      'at a local time that does not exist',
      { ...daily, by: '02:30' },
      '2026-03-29',
      '2026-03-29T01:30:00.000Z',
    ],
    [
      'at a local time that exists twice: the second one',
      { ...daily, by: '02:30' },
      '2026-10-25',
      '2026-10-25T01:30:00.000Z',
    ],
    ['far to the east', { ...daily, timeZone: 'Pacific/Auckland' }, '2026-11-20', '2026-11-19T17:00:00.000Z'],
  ])('%s', (_, calendar, date, expected) => {
    const due = dueAt(calendar, date);

    expect(due.toISOString()).toBe(expected);
  });
});

describe('The date for which a file counts', () => {
  it.each([
    ['that arrived in time', working, '2026-11-20T04:00:00Z', '2026-11-20'],
    ['that arrived late on the same day', working, '2026-11-20T21:00:00Z', '2026-11-20'],
    ['that arrived at midnight of the zone', working, '2026-11-19T23:00:00Z', '2026-11-20'],
    ['that arrived on a Saturday', working, '2026-11-21T10:00:00Z', '2026-11-23'],
    ['that arrived on a holiday before a weekend', working, '2026-12-25T10:00:00Z', '2026-12-28'],
    [
      'that arrived on the evening before',
      { ...working, from: '18:00' },
      '2026-11-19T20:00:00Z',
      '2026-11-20',
    ],
    [
      'that arrived in the afternoon before the day begins',
      { ...working, from: '18:00' },
      '2026-11-19T14:00:00Z',
      '2026-11-19',
    ],
    [
      'that arrived before the time at which the day begins',
      { ...working, from: '03:00' },
      '2026-11-20T01:00:00Z',
      '2026-11-19',
    ],
  ])('%s', (_, calendar, at, expected) => {
    const date = arrivalDate(calendar, new Date(at));

    expect(date).toBe(expected);
  });

  it('is undefined if every day is a holiday', () => {
    const never = { ...working, days: [] };

    const date = arrivalDate(never, new Date('2026-11-20T04:00:00Z'));

    expect(date).toBeUndefined();
  });
});

it('lists the dates that were due, in descending order, and no earlier ones', () => {
  const span = { since: new Date('2026-11-19T05:00:01Z'), now: new Date('2026-11-24T05:00:00Z') };

  const dates = datesDue(working, span);

  expect(dates).toEqual(['2026-11-24', '2026-11-23', '2026-11-20']);
});
