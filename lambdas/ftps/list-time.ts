import type { ModifiedTime } from '../sync/remote-file.ts';
import { isCalendarTime } from './time-val.ts';

const dayMs = 24 * 60 * 60_000;
const months = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'];

/**
 * The time in a line of `ls -l`, by the server's own clock. `parts` is month, day, and time or year; or a whole date
 * and a time. Undefined where the calendar does not have it.
 */
export function listTime(raw: string, parts: readonly string[], now: Date): ModifiedTime | undefined {
  const [first = '', second = '', third] = parts;
  if (third === undefined) return serverTime(raw, first, second);
  const monthDay = `${padded(String(months.indexOf(first.toLowerCase()) + 1))}-${padded(second)}`;
  if (/^\d{4}$/.test(third)) return serverTime(raw, `${third}-${monthDay}`, undefined);
  return withoutYear({ raw, monthDay, time: third }, now);
}

/**
 * `ls` leaves out the year of the last months. It is the latest that does not put the file into the future by more
 * than a day, which is what zones and a wrong clock can explain.
 */
function withoutYear(
  { raw, monthDay, time }: { readonly raw: string; readonly monthDay: string; readonly time: string },
  now: Date,
): ModifiedTime | undefined {
  const latestMs = now.getTime() + dayMs;
  const thisYear = now.getUTCFullYear();
  // Eight years are the longest wait for a February 29 (1896 to 1904, 2096 to 2104).
  for (let year = thisYear + 1; year >= thisYear - 8; year--) {
    const modified = serverTime(raw, `${year}-${monthDay}`, time);
    if (modified !== undefined && Date.parse(`${modified.wallClock}Z`) <= latestMs) return modified;
  }
  return undefined;
}

/** A calendar date and, where there is one, a time of day, of the server's local clock. */
export function serverTime(raw: string, date: string, time: string | undefined): ModifiedTime | undefined {
  const [hour = '0', minute = '00', second] = time?.split(':') ?? [];
  const wallClock = `${date}T${padded(hour)}:${minute}:${second ?? '00'}`;
  if (!isCalendarTime(wallClock)) return undefined;
  const precision = time === undefined ? 'day' : second === undefined ? 'minute' : 'second';
  return { raw, wallClock, precision, clock: 'server' };
}

function padded(digits: string): string {
  return digits.padStart(2, '0');
}
