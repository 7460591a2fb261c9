import { instantOf } from './server-zone.ts';

export const weekdays = ['Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun'] as const;
export type Weekday = (typeof weekdays)[number];

/** When files of a pattern are expected: on which dates, and until when on each. Times are wall clock times of the zone, `HH:MM`. */
export interface ExpectCalendar {
  readonly by: string;
  /** Since when a file counts for a date; one that is later than `by` is on the day before. */
  readonly from: string;
  readonly timeZone: string;
  readonly days: readonly Weekday[];
  /** Dates without files, as `2026-12-25`. */
  readonly holidays: readonly string[];
}

const dayMs = 24 * 3600_000;

/** No calendar is without a working day for as long. */
const longestPauseDays = 400;

/** Whether files are expected on the date. */
export function isExpected({ days, holidays }: ExpectCalendar, date: string): boolean {
  const weekday = weekdays[(new Date(`${date}T00:00:00Z`).getUTCDay() + 6) % 7];
  return weekday !== undefined && days.includes(weekday) && !holidays.includes(date);
}

/**
 * The instant until which the date's files are to be there. Of an hour that the zone repeats in autumn it is the later one; a time
 * that it leaves out in spring is as long after midnight as on other days.
 */
export function dueAt({ by, timeZone }: ExpectCalendar, date: string): Date {
  const modified = { raw: '', wallClock: `${date}T${by}:00`, precision: 'minute', clock: 'server' } as const;
  const due = instantOf(modified, { kind: 'iana', name: timeZone });
  if (due === undefined) throw new Error(`${date} ${by} is no time in ${timeZone}`);
  return due;
}

/**
 * The date for which a file counts that comes now: the first expected one whose day, which begins at `from`, has not ended. What
 * comes on a Saturday counts for Monday. Undefined where the calendar has no such date.
 */
export function dateOfArrival(calendar: ExpectCalendar, at: Date): string | undefined {
  const { date, time } = wallClockOf(at, calendar.timeZone);
  const beginsDayBefore = calendar.from > calendar.by;
  const hasBegun = time >= calendar.from;
  const first = beginsDayBefore ? plusDays(date, hasBegun ? 1 : 0) : plusDays(date, hasBegun ? 0 : -1);
  for (let days = 0; days < longestPauseDays; days++) {
    const candidate = plusDays(first, days);
    if (isExpected(calendar, candidate)) return candidate;
  }
  return undefined;
}

/** The expected dates that were due before `now`, and not before `since`, the newest first. */
export function datesDue(
  calendar: ExpectCalendar,
  { since, now }: { readonly since: Date; readonly now: Date },
): readonly string[] {
  const dates: string[] = [];
  // Tomorrow may be today already, west of the zone in which the text of the date is made.
  for (let date = plusDays(wallClockOf(now, calendar.timeZone).date, 1); ; date = plusDays(date, -1)) {
    const due = dueAt(calendar, date);
    if (due < since) return dates;
    if (due <= now && isExpected(calendar, date)) dates.push(date);
  }
}

/** The date so many days later, or earlier. @param date `2026-11-20`. */
export function plusDays(date: string, days: number): string {
  return new Date(Date.parse(`${date}T00:00:00Z`) + days * dayMs).toISOString().slice(0, 10);
}

function wallClockOf(at: Date, timeZone: string): { readonly date: string; readonly time: string } {
  const text = new Intl.DateTimeFormat('sv-SE', {
    timeZone,
    dateStyle: 'short',
    timeStyle: 'short',
  }).format(at);
  const [date = '', time = ''] = text.split(' ');
  return { date, time };
}
