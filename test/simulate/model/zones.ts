import type { Zone } from '../scenario/config.ts';

const minuteMs = 60_000;
const hourMs = 60 * minuteMs;

/** How far the zone's clocks are ahead of UTC at an instant, by its rules of today. */
function zoneOffsetMs(zone: Zone, atMs: number): number {
  const year = new Date(atMs).getUTCFullYear();
  switch (zone) {
    case 'UTC':
      return 0;
    case 'Europe/Rome': {
      const isSummer = atMs >= sunday(year, 2, 'last') + hourMs && atMs < sunday(year, 9, 'last') + hourMs;
      return (isSummer ? 2 : 1) * hourMs;
    }
    case 'America/New_York': {
      const isSummer = atMs >= sunday(year, 2, 2) + 7 * hourMs && atMs < sunday(year, 10, 1) + 6 * hourMs;
      return (isSummer ? -4 : -5) * hourMs;
    }
  }
  return zone satisfies never;
}

const sundays = new Map<string, number>();

/** Midnight UTC of a Sunday of the month. */
function sunday(year: number, month: number, which: number | 'last'): number {
  const name = `${year}-${month}-${which}`;
  const known = sundays.get(name);
  if (known !== undefined) return known;
  const days = Array.from({ length: 31 }, (_, index) => new Date(Date.UTC(year, month, index + 1))).filter(
    (day) => day.getUTCMonth() === month && day.getUTCDay() === 0,
  );
  const found = (which === 'last' ? days.at(-1) : days[which - 1])?.getTime() ?? 0;
  sundays.set(name, found);
  return found;
}

const months = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];
const halfYearMs = 182 * 24 * hourMs;

/** As `ls -l` writes a time: with the hour, or with the year where it is half a year ago. */
export function listTime(zone: Zone, atMs: number, nowMs: number): string {
  const local = new Date(atMs + zoneOffsetMs(zone, atMs));
  const day = `${months[local.getUTCMonth()]} ${String(local.getUTCDate()).padStart(2)}`;
  if (nowMs - atMs > halfYearMs) return `${day}  ${local.getUTCFullYear()}`;
  return `${day} ${two(local.getUTCHours())}:${two(local.getUTCMinutes())}`;
}

/** A `time-val` of RFC 3659, 2.3: UTC, to the second. */
export function timeValue(atMs: number): string {
  return new Date(atMs).toISOString().slice(0, 19).replace(/[-:T]/g, '');
}

function two(value: number): string {
  return String(value).padStart(2, '0');
}
