import type { ModifiedTime, RemoteFile } from './remote-file.ts';

/** Identifies a version of a file. All fields are as the server reports them, without interpretation. */
export interface Fingerprint {
  readonly sizeBytes: number | undefined;
  readonly modified: ModifiedTime | undefined;
  readonly unique: string | undefined;
}

export function toFingerprint(file: RemoteFile): Fingerprint {
  return { sizeBytes: file.sizeBytes, modified: file.modified, unique: file.unique };
}

/**
 * Whether both can be the same version. A field that either side lacks is not compared, so a server update
 * that adds or removes a fact does not make every file look new.
 */
export function sameVersion(a: Fingerprint, b: Fingerprint): boolean {
  return (
    agree(a.sizeBytes, b.sizeBytes, (x, y) => x === y) &&
    agree(a.unique, b.unique, (x, y) => x === y) &&
    agree(a.modified, b.modified, sameTime)
  );
}

/**
 * Whether a time from MDTM can be the one of the listing. Some servers use local time in one of the two, so
 * they may differ by a time zone even if both should be UTC.
 */
export function matchesListing(listed: Fingerprint, modified: ModifiedTime | undefined): boolean {
  return agree(listed.modified, modified, (a, b) => sameTime(a, b) || aZoneApart(a, b));
}

/**
 * A one-line text that is unique to this fingerprint. It is stored in the metadata of the object, where a
 * later run finds it.
 */
export function fingerprintText(fingerprint: Fingerprint): string {
  const { sizeBytes, modified, unique } = fingerprint;
  return [sizeBytes ?? '', modified?.raw ?? '', unique ?? '']
    .map((part) => encodeURIComponent(part))
    .join('|');
}

function agree<T>(a: T | undefined, b: T | undefined, same: (a: T, b: T) => boolean): boolean {
  return a === undefined || b === undefined || same(a, b);
}

const minuteMs = 60_000;
const unitMs = { second: 1000, minute: minuteMs, day: 24 * 60 * minuteMs } as const;

/** Zones are whole quarters of an hour away from UTC, at most 14 hours. */
const zoneStepMs = 15 * minuteMs;
const farthestZoneMs = 14 * 60 * minuteMs;

/**
 * A LIST date loses its hour when it is half a year old ('Nov 20 02:15' becomes 'Nov 20 2026'): compared at
 * the coarser unit. A UTC time and a local one (a server that learned MLSD) agree when a zone can lie between
 * them.
 */
function sameTime(a: ModifiedTime, b: ModifiedTime): boolean {
  // The letters alone are not enough: 'Jan  1 00:05' is written in every January.
  if (a.raw === b.raw && a.wallClock === b.wallClock && a.clock === b.clock) return true;
  return a.clock === b.clock ? apartMs(a, b) === 0 : aZoneApart(a, b);
}

function aZoneApart(a: ModifiedTime, b: ModifiedTime): boolean {
  const apart = apartMs(a, b);
  if (coarserUnitMs(a, b) === unitMs.day) return apart <= unitMs.day;
  return apart <= farthestZoneMs && apart % zoneStepMs === 0;
}

/** At the coarser of both precisions; not a number where one of them is no date. */
function apartMs(a: ModifiedTime, b: ModifiedTime): number {
  const unit = coarserUnitMs(a, b);
  const inUnits = (time: ModifiedTime) => Math.floor(Date.parse(`${time.wallClock}Z`) / unit);
  return Math.abs(inUnits(a) - inUnits(b)) * unit;
}

function coarserUnitMs(a: ModifiedTime, b: ModifiedTime): number {
  return Math.max(unitMs[a.precision], unitMs[b.precision]);
}
