import { wallClockInstant } from '../listing/server-zone.ts';

export const weekdays = ['Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun'] as const;
export type Weekday = (typeof weekdays)[number];

/** When files are expected: on which dates, and by what time. Times are local times of the zone, `HH:MM`. */
export interface ExpectCalendar {
  readonly by: string;
  /** From when a file counts for a date; a time later than `by` is on the day before. */
  readonly from: string;
  readonly timeZone: string;
  readonly days: readonly Weekday[];
  /** Dates without files, such as `2026-12-25`. */
  readonly holidays: readonly string[];
}

const dayMs = 24 * 3600_000;

/** The maximum gap between two expected dates; a longer one counts as no date at all. */
const maxGapDays = 400;

/** Whether files are expected on the date. */
export function isExpected({ days, holidays }: ExpectCalendar, date: string): boolean {
  const weekday = weekdays[(new Date(`${date}T00:00:00Z`).getUTCDay() + 6) % 7];
  return weekday !== undefined && days.includes(weekday) && !holidays.includes(date);
}

/**
 * The instant by which the date's files must have arrived. For an ambiguous local time at the end of daylight
 * saving time it is the later instant; for one that does not exist at its start, the time with the offset
 * before it.
 * @throws Error if the date or the time is not valid.
 */
export function dueAt({ by, timeZone }: ExpectCalendar, date: string): Date {
  const wallClock = `${date}T${by}:00`;
  if (Number.isNaN(Date.parse(`${wallClock}Z`))) {
    throw new Error(`${date} ${by} is not a valid time in ${timeZone}`);
  }
  return wallClockInstant(wallClock, timeZone);
}

/**
 * The date for which a file counts that arrives at this instant: the first expected date whose day, which
 * begins at `from`, is not over. A file that arrives on a Saturday counts for Monday. Undefined if the
 * calendar has no such date.
 */
export function arrivalDate(calendar: ExpectCalendar, at: Date): string | undefined {
  const { date, time } = wallClockOf(at, calendar.timeZone);
  const beginsDayBefore = calendar.from > calendar.by;
  const hasBegun = time >= calendar.from;
  const first = beginsDayBefore ? plusDays(date, hasBegun ? 1 : 0) : plusDays(date, hasBegun ? 0 : -1);
  for (let days = 0; days < maxGapDays; days++) {
    const candidate = plusDays(first, days);
    if (isExpected(calendar, candidate)) return candidate;
  }
  return undefined;
}

/** The expected dates that were due between `since` and `now`, in descending order. */
export function datesDue(
  calendar: ExpectCalendar,
  { since, now }: { readonly since: Date; readonly now: Date },
): readonly string[] {
  const dates: string[] = [];
  // Starts one day ahead, to be safe at the border between two days.
  for (let date = plusDays(wallClockOf(now, calendar.timeZone).date, 1); ; date = plusDays(date, -1)) {
    const due = dueAt(calendar, date);
    if (due < since) return dates;
    if (due <= now && isExpected(calendar, date)) dates.push(date);
  }
}

/**
 * The date a number of days later; earlier if negative.
 * @example plusDays('2026-11-20', -1) // '2026-11-19'
 */
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
