import type { Sighting } from './file-record.ts';
import { type Fingerprint, sameVersion } from './fingerprint.ts';
import type { ModifiedTime, RemoteFile } from './remote-file.ts';
import { nameOf } from './remote-path.ts';
import { instantOf, type ServerZone } from './server-zone.ts';

/** When a file counts as settled: no longer being written by the partner. All of the rules must hold. */
export interface SettleRules {
  readonly minAgeMs: number;
  readonly unchangedListings: number;
  /** `{name}.done` or `{stem}.ok`: the marker that must stand beside the file; undefined: none is asked for. */
  readonly doneFile: string | undefined;
}

export type HoldReason = 'no-done-file' | 'too-young' | 'not-seen-often-enough' | 'time-unknown';

/** Where and when the file is looked at. */
export interface Sight {
  readonly now: Date;
  readonly zone: ServerZone;
  readonly runId: string;
  /** Whether a done file of this name stands in the same directory. */
  readonly hasDoneFile: (name: string) => boolean;
}

export type Settlement =
  | { readonly kind: 'settled' }
  | {
      readonly kind: 'hold';
      readonly reason: HoldReason;
      /** To be remembered until the next run; undefined where nothing need be. */
      readonly sighting: Sighting | undefined;
    };

/** A date farther ahead than any zone or clock error explains says nothing about age. */
const absurdFutureMs = 26 * 60 * 60_000;
const precisionMs = { second: 1000, minute: 60_000, day: 24 * 60 * 60_000 } as const;

export function settle(
  file: RemoteFile,
  before: Sighting | undefined,
  rules: SettleRules,
  sight: Sight,
): Settlement {
  if (rules.doneFile !== undefined && !sight.hasDoneFile(doneFileOf(nameOf(file.path), rules.doneFile))) {
    return { kind: 'hold', reason: 'no-done-file', sighting: undefined };
  }
  const sighting = seenAgain(file, before, sight);
  // Without an age to reach, a date says nothing: one cut to the minute may lie ahead of now.
  if (rules.minAgeMs > 0) {
    const since = unchangedSince(file.modified, sight);
    const ageMs = sight.now.getTime() - (since ?? sighting.firstSeenAt.getTime());
    if (ageMs < rules.minAgeMs && since === undefined)
      return { kind: 'hold', reason: 'time-unknown', sighting };
    if (ageMs < rules.minAgeMs) {
      const remembered = rules.unchangedListings > 1 ? sighting : undefined;
      return { kind: 'hold', reason: 'too-young', sighting: remembered };
    }
  }
  if (sighting.runs < rules.unchangedListings)
    return { kind: 'hold', reason: 'not-seen-often-enough', sighting };
  return { kind: 'settled' };
}

/** The marker's name for a file: `{name}` is all of it, `{stem}` what stands before the last dot. */
export function doneFileOf(name: string, pattern: string): string {
  const dot = name.lastIndexOf('.');
  const stem = dot > 0 ? name.slice(0, dot) : name;
  // In one pass: a name may hold such letters itself.
  return pattern.replace(/\{(name|stem)\}/g, (_, placeholder) => (placeholder === 'name' ? name : stem));
}

/** Whether the name can only be a marker: it has the pattern's fixed text around something. */
export function isDoneFile(name: string, pattern: string): boolean {
  const [head = '', tail = ''] = pattern.split(/\{name\}|\{stem\}/);
  return name.length > head.length + tail.length && name.startsWith(head) && name.endsWith(tail);
}

function seenAgain(fingerprint: Fingerprint, before: Sighting | undefined, sight: Sight): Sighting {
  const { sizeBytes, modified, unique } = fingerprint;
  const now = { sizeBytes, modified, unique };
  if (before === undefined || !sameVersion(before.fingerprint, now)) {
    return { fingerprint: now, firstSeenAt: sight.now, runs: 1, lastRunId: sight.runId };
  }
  const runs = before.lastRunId === sight.runId ? before.runs : before.runs + 1;
  return { ...before, runs, lastRunId: sight.runId };
}

/** The latest instant at which the file can have been written, by its own date; a date cut to the minute may be 59 s early. */
function unchangedSince(modified: ModifiedTime | undefined, sight: Sight): number | undefined {
  if (modified === undefined) return undefined;
  const instant = instantOf(modified, sight.zone);
  if (instant === undefined || instant.getTime() > sight.now.getTime() + absurdFutureMs) return undefined;
  const uncertainMs = modified.precision === 'second' ? 0 : precisionMs[modified.precision];
  return instant.getTime() + uncertainMs;
}
