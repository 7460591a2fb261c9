import { type Fingerprint, sameVersion } from '../listing/fingerprint.ts';
import type { ModifiedTime } from '../listing/remote-file.ts';

/**
 * - `done-file-missing`: there is none.
 * - `done-file-outdated`: it is older than the file, so it was written for an earlier version.
 * - `done-file-used`: it has settled an earlier version already, and has not been written since.
 * - `done-file-time-unknown`: whether it is older than the file is not known.
 */
export type DoneFileHold =
  | 'done-file-missing'
  | 'done-file-outdated'
  | 'done-file-used'
  | 'done-file-time-unknown';

/** The done file beside a file, and the one that settled the version before. */
export interface DoneFileFacts {
  /** As it is listed; undefined if there is none. */
  readonly found: Fingerprint | undefined;
  /** As it was listed when it settled another version of the file; undefined if none is recorded. */
  readonly used: Fingerprint | undefined;
}

/**
 * Why the done file does not settle the file; undefined where it does. A done file says that one version is
 * complete: it must not be older than the file, by what the listing can tell, and must not be the one that
 * settled an earlier version. Where a listing has minutes, the times of file and done file are often equal,
 * and a done file that the partner writes again within a minute and with the same size cannot be told from
 * the one before: then the file waits.
 */
export function findDoneFileHold(
  file: Pick<Fingerprint, 'modified'>,
  { found, used }: DoneFileFacts,
): DoneFileHold | undefined {
  if (found === undefined) return 'done-file-missing';
  const isOlder = isOlderThan(found.modified, file.modified);
  if (isOlder === undefined) return 'done-file-time-unknown';
  if (isOlder) return 'done-file-outdated';
  return used !== undefined && sameVersion(used, found) ? 'done-file-used' : undefined;
}

const unitMs = { second: 1000, minute: 60_000, day: 24 * 60 * 60_000 } as const;

/** At the coarser of both precisions; undefined where a time is missing, or they are of different clocks. */
function isOlderThan(time: ModifiedTime | undefined, other: ModifiedTime | undefined): boolean | undefined {
  if (time === undefined || other === undefined || time.clock !== other.clock) return undefined;
  const unit = Math.max(unitMs[time.precision], unitMs[other.precision]);
  const [inUnits, otherInUnits] = [time, other].map(({ wallClock }) =>
    Math.floor(Date.parse(`${wallClock}Z`) / unit),
  );
  if (inUnits === undefined || otherInUnits === undefined) return undefined;
  return Number.isNaN(inUnits) || Number.isNaN(otherInUnits) ? undefined : inUnits < otherInUnits;
}
