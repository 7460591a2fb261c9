import type { ModifiedTime } from '../sync/remote-file.ts';

/** A `time-val` of MDTM and MLSD, `20261120021500` or `20261120021500.123` (RFC 3659, 2.3); undefined where it is no date. */
export function parseTimeVal(raw: string): ModifiedTime | undefined {
  const parts = /^(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)(?:\.\d+)?$/.exec(raw);
  if (parts === null) return undefined;
  const [, year, month, day, hour, minute, second] = parts;
  const wallClock = `${year}-${month}-${day}T${hour}:${minute}:${second}`;
  if (!isCalendarTime(wallClock)) return undefined;
  return { raw, wallClock, precision: 'second', clock: 'utc' };
}

/** Whether `YYYY-MM-DDTHH:MM:SS` exists in the calendar: February 30 does not become March 2. */
export function isCalendarTime(wallClock: string): boolean {
  const instantMs = Date.parse(`${wallClock}Z`);
  return !Number.isNaN(instantMs) && new Date(instantMs).toISOString().startsWith(wallClock);
}
