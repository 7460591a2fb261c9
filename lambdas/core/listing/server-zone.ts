import type { RemoteFile } from './remote-file.ts';

/**
 * How the local times of one listing are read: in the zone of the partner file, or as measured with MDTM
 * right after the listing. A measured zone belongs to that listing only, because offsets change with the
 * season.
 */
export type ServerZone = IanaZone | MeasuredZone;

/** The zone of the partner file. */
export interface IanaZone {
  readonly kind: 'iana';
  readonly name: string;
  /** `all`: also times that should be UTC (RFC 3659), but are local time at this server. Default: `list`. */
  readonly of?: 'list' | 'all' | undefined;
}

export interface MeasuredZone {
  readonly kind: 'measured';
  /** How far listed times were ahead of UTC, in minutes, each value once; empty if none was measured. */
  readonly offsets: readonly number[];
  /** By path, the modified time of single files in UTC, as `2026-11-20T02:15:00`. */
  readonly times: Readonly<Record<string, string>>;
}

/** For a listing with times in UTC, or a server without MDTM. */
export const unmeasuredZone: MeasuredZone = { kind: 'measured', offsets: [], times: {} };

/** The zone of a partner file; undefined where it is measured. */
export function configuredZone({
  timeZone,
  timeZoneOf,
}: {
  readonly timeZone: string;
  readonly timeZoneOf: 'list' | 'all';
}): IanaZone | undefined {
  return timeZone === 'auto' ? undefined : { kind: 'iana', name: timeZone, of: timeZoneOf };
}

type DatedFile = Pick<RemoteFile, 'path' | 'modified'>;

const minuteMs = 60_000;
const precisionMs = { second: 0, minute: minuteMs, day: 24 * 60 * minuteMs } as const;

/** No zone is farther west (UTC-12). */
const westernmostMinutes = -12 * 60;
/** The largest change of a clock in any zone: Antarctica/Troll. All others change by one hour or less. */
const maxSeasonMinutes = 120;

/**
 * The instant of a file's modified time, as well as it is known; undefined if the time is missing or invalid,
 * or no offset of the server was measured. Where several offsets were measured, or a local time is ambiguous,
 * it is the latest instant.
 */
export function modifiedInstant({ path, modified }: DatedFile, zone: ServerZone): Date | undefined {
  const wallClockMs = Date.parse(`${modified?.wallClock}Z`);
  if (modified === undefined || Number.isNaN(wallClockMs)) return undefined;
  const isUtc = modified.clock === 'utc' && !(zone.kind === 'iana' && zone.of === 'all');
  if (isUtc) return new Date(wallClockMs);
  if (zone.kind === 'iana') return wallClockInstant(modified.wallClock, zone.name);
  const asked = zone.times[path];
  if (asked !== undefined) return new Date(`${asked}Z`);
  if (zone.offsets.length === 0) return undefined;
  return new Date(wallClockMs - Math.min(...zone.offsets) * minuteMs);
}

/** The latest instant at which a file can have been modified. */
export interface LatestModified {
  readonly at: Date;
  /**
   * Whether only the precision of the time is uncertain. False where the offset of the server at that time is
   * not known: then the file may be hours older.
   */
  readonly isExact: boolean;
}

/**
 * The latest instant at which the file can have been modified, so that no file counts as older than it is.
 * The offset that other files showed may have been another one when this file was written, before or after a
 * change to daylight saving time: without an MDTM of its own, the file counts as younger by the largest such
 * change. Undefined if the time is missing or invalid.
 */
export function latestModified(file: DatedFile, zone: ServerZone): LatestModified | undefined {
  const { path, modified } = file;
  if (modified === undefined) return undefined;
  const uncertainMs = precisionMs[modified.precision];
  if (modified.clock === 'server' && zone.kind === 'measured' && zone.times[path] === undefined) {
    const westernmost = Math.min(...zone.offsets) - maxSeasonMinutes;
    const offset = Number.isFinite(westernmost) ? westernmost : westernmostMinutes;
    const at = new Date(Date.parse(`${modified.wallClock}Z`) - offset * minuteMs + uncertainMs);
    return Number.isNaN(at.getTime()) ? undefined : { at, isExact: false };
  }
  const instant = modifiedInstant(file, zone);
  if (instant === undefined) return undefined;
  const isAsked = modified.clock === 'server' && zone.kind === 'measured';
  return { at: new Date(instant.getTime() + (isAsked ? 0 : uncertainMs)), isExact: true };
}

/**
 * How far the clock of a server may be ahead. A later time is not the time of the last write: the server
 * shows local time where UTC is required, its clock is wrong, or the partner sets other times.
 */
const maxClockErrorMs = 5 * minuteMs;

/** Whether the file is dated in the future, for certain. Its age cannot be computed from that time. */
export function isInFuture(file: DatedFile, zone: ServerZone, now: Date): boolean {
  const instant = modifiedInstant(file, zone);
  if (instant === undefined || latestModified(file, zone)?.isExact !== true) return false;
  return instant.getTime() - now.getTime() > maxClockErrorMs;
}

/**
 * The instant of a local time in an IANA zone. For an ambiguous one at the end of daylight saving time it is
 * the later instant; for one that does not exist at its start, the time with the offset before it.
 * @param wallClock `2026-11-20T02:15:00`, a valid time.
 */
export function wallClockInstant(wallClock: string, zoneName: string): Date {
  return new Date(latestInstant(Date.parse(`${wallClock}Z`), zoneName));
}

/** How far an IANA zone is ahead of UTC at an instant, in minutes. */
export function zoneOffsetMinutes(zoneName: string, at: Date): number {
  return offsetMs(at.getTime(), zoneName) / minuteMs;
}

/** The offsets of an IANA zone in minutes east of UTC, in both of its seasons around this instant. */
export function seasonOffsets(zoneName: string, at: Date): readonly number[] {
  const quarterMs = 91 * 24 * 60 * minuteMs;
  const offsets = [-1, 0, 1, 2].map(
    (quarter) => offsetMs(at.getTime() + quarter * quarterMs, zoneName) / minuteMs,
  );
  return [...new Set(offsets)];
}

/**
 * Tries the zone's offsets of the day before and of the day after; one of them applies at the wall clock
 * time.
 */
function latestInstant(wallClockMs: number, zoneName: string): number {
  const dayMs = 24 * 60 * 60_000;
  const candidates = [wallClockMs - dayMs, wallClockMs + dayMs].map(
    (near) => wallClockMs - offsetMs(near, zoneName),
  );
  const exact = candidates.filter((instant) => instant + offsetMs(instant, zoneName) === wallClockMs);
  return Math.max(...(exact.length > 0 ? exact : candidates));
}

/**
 * Formatters by zone: creating one is slower than using it, and a listing has thousands of times in one zone.
 */
const clocks = new Map<string, Intl.DateTimeFormat>();

function formatterFor(timeZone: string): Intl.DateTimeFormat {
  const known = clocks.get(timeZone);
  if (known !== undefined) return known;
  const clock = new Intl.DateTimeFormat('en-US', {
    timeZone,
    hourCycle: 'h23',
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
    hour: 'numeric',
    minute: 'numeric',
    second: 'numeric',
  });
  clocks.set(timeZone, clock);
  return clock;
}

function offsetMs(instantMs: number, zoneName: string): number {
  const parts = formatterFor(zoneName).formatToParts(instantMs);
  const part = (type: string) => Number(parts.find((each) => each.type === type)?.value);
  const wallClock = Date.UTC(
    part('year'),
    part('month') - 1,
    part('day'),
    part('hour'),
    part('minute'),
    part('second'),
  );
  return wallClock - Math.floor(instantMs / 1000) * 1000;
}
