import type { ModifiedTime } from './remote-file.ts';

/** Which zone a server's local times are in: set by the partner file, or measured by comparing MDTM with LIST. */
export type ServerZone =
  | { readonly kind: 'iana'; readonly name: string }
  | { readonly kind: 'offset'; readonly minutes: number }
  | { readonly kind: 'unknown' };

/**
 * The instant a modified time names, or undefined where the zone is not known.
 * In the hour that a zone repeats in autumn, the later instant: a file then counts as younger, never as settled too early.
 */
export function instantOf(modified: ModifiedTime, zone: ServerZone): Date | undefined {
  const wallClockMs = Date.parse(`${modified.wallClock}Z`);
  if (Number.isNaN(wallClockMs)) return undefined;
  if (modified.clock === 'utc') return new Date(wallClockMs);
  switch (zone.kind) {
    case 'unknown':
      return undefined;
    case 'offset':
      return new Date(wallClockMs - zone.minutes * 60_000);
    case 'iana':
      return new Date(latestInstant(wallClockMs, zone.name));
  }
  return zone satisfies never;
}

/** Tries the zone's offsets of the day before and the day after: one of them holds at the wall clock time. */
function latestInstant(wallClockMs: number, zoneName: string): number {
  const dayMs = 24 * 60 * 60_000;
  const candidates = [wallClockMs - dayMs, wallClockMs + dayMs].map(
    (near) => wallClockMs - offsetMs(near, zoneName),
  );
  const exact = candidates.filter((instant) => instant + offsetMs(instant, zoneName) === wallClockMs);
  return Math.max(...(exact.length > 0 ? exact : candidates));
}

/** Making one takes longer than using it, and a listing asks for thousands of times in one zone. */
const clocks = new Map<string, Intl.DateTimeFormat>();

function clockOf(timeZone: string): Intl.DateTimeFormat {
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
  const parts = clockOf(zoneName).formatToParts(instantMs);
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
