import type { ModifiedTime } from '../../../core/listing/remote-file.ts';
import { isCalendarTime } from '../../session/file-facts.ts';
import type { DateOrder } from '../../session/learned-behaviour.ts';
import type { OrderedDates } from './listed-entry.ts';

const dayMs = 24 * 60 * 60_000;

/**
 * A month and a day without a year. `ls` leaves it out for the last six months. The year is the latest one
 * that puts the file at most one day into the future: time zones and a wrong clock explain that much.
 * @param time undefined: midnight, to the day.
 */
export function withoutYear(
  raw: string,
  { month, day, time }: { readonly month: number; readonly day: number; readonly time: string | undefined },
  now: Date,
): ModifiedTime | undefined {
  const latestMs = now.getTime() + dayMs;
  const thisYear = now.getUTCFullYear();
  // February 29 recurs within eight years at most (1896 to 1904, 2096 to 2104).
  for (let year = thisYear + 1; year >= thisYear - 8; year--) {
    const modified = toServerTime(raw, calendarDate(year, month, day), time);
    if (modified !== undefined && Date.parse(`${modified.wallClock}Z`) <= latestMs) return modified;
  }
  return undefined;
}

/**
 * A date `YYYY-MM-DD` and an optional time of day by the server's local clock; undefined if not in the
 * calendar. `24:00` is the midnight at the end of the day.
 */
export function toServerTime(raw: string, date: string, time: string | undefined): ModifiedTime | undefined {
  const [hour = '0', minute = '00', second] = time?.split('.', 1)[0]?.split(':') ?? [];
  if (hour === '24' && Number(minute) === 0 && Number(second ?? '0') === 0) {
    const next = isCalendarTime(`${date}T00:00:00`) ? new Date(Date.parse(`${date}Z`) + dayMs) : undefined;
    return (
      next && toServerTime(raw, next.toISOString().slice(0, 10), second === undefined ? '0:00' : '0:00:00')
    );
  }
  const wallClock = `${date}T${padded(hour)}:${padded(minute)}:${padded(second ?? '00')}`;
  if (!isCalendarTime(wallClock)) return undefined;
  const precision = time === undefined ? 'day' : second === undefined ? 'minute' : 'second';
  return { raw, wallClock, precision, clock: 'server' };
}

/** Seconds since 1970, which are UTC; undefined for a time after the year 9999. */
export function toUtcTime(raw: string, seconds: number): ModifiedTime | undefined {
  if (seconds > 253_402_300_799) return undefined;
  const wallClock = new Date(seconds * 1000).toISOString().slice(0, 19);
  return { raw, wallClock, precision: 'second', clock: 'utc' };
}

export function calendarDate(year: number | string, month: number | string, day: number | string): string {
  return `${String(year).padStart(4, '0')}-${padded(String(month))}-${padded(String(day))}`;
}

/** Two digits from 70 are of the 20th century, as in `dir` and most C libraries. Three count from 1900. */
export function fullYear(digits: string): number {
  const year = Number(digits);
  if (digits.length === 4) return year;
  return digits.length === 3 || year >= 70 ? 1900 + year : 2000 + year;
}

/** `08:10PM` is 20:10, `12:05AM` is 00:05; undefined for times that no clock shows. */
export function clockTime(time: string, half: string | undefined): string | undefined {
  const [hour = '', minute = '', second] = time.split(':');
  if (Number(minute) > 59 || Number(second ?? '0') > 59) return undefined;
  if (Number(hour) > (half === undefined ? 23 : 12) || (half !== undefined && Number(hour) === 0)) {
    return undefined;
  }
  const hours = half === undefined ? Number(hour) : (Number(hour) % 12) + (/p/i.test(half) ? 12 : 0);
  return [String(hours), minute, ...(second === undefined ? [] : [second])].join(':');
}

/**
 * The dates that three numbers can mean, in those of the orders in which they are in the calendar.
 * @param year undefined: the date has two numbers, and its year is the latest possible one.
 */
export function orderedDates(
  raw: string,
  [first, second, third]: readonly [string, string, string | undefined],
  {
    orders,
    time,
    now,
  }: {
    readonly orders: readonly DateOrder[];
    readonly time: string | undefined;
    readonly now: Date;
  },
): OrderedDates {
  const dates: Partial<Record<DateOrder, ModifiedTime>> = {};
  for (const order of orders) {
    const [month, day] = order === 'dmy' ? [second, first] : [first, second];
    const modified =
      third === undefined
        ? withoutYear(raw, { month: Number(month), day: Number(day), time }, now)
        : order === 'ymd'
          ? toServerTime(raw, calendarDate(fullYear(first), second, third), time)
          : toServerTime(raw, calendarDate(fullYear(third), month, day), time);
    if (modified !== undefined) dates[order] = modified;
  }
  return dates;
}

/** What a reading says of dates: a time that is certain, and dates that are evidence or a question. */
export function datedBy(dates: OrderedDates): {
  readonly modified: ModifiedTime | undefined;
  readonly dates?: OrderedDates;
} {
  const [first, ...others] = Object.values(dates);
  if (others.length === 0) return { modified: first, dates };
  // `05-05-26` is the same day in both orders, and no evidence for either.
  if (others.every(({ wallClock }) => wallClock === first?.wallClock)) return { modified: first };
  return { modified: undefined, dates };
}

function padded(digits: string): string {
  return digits.padStart(2, '0');
}
