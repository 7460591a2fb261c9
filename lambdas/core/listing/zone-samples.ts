import type { RemotePath } from '../path/remote-path.ts';
import type { ModifiedTime, RemoteFile } from './remote-file.ts';
import { latestModified, type MeasuredZone } from './server-zone.ts';

/** A file that is asked for its MDTM. */
export type ZoneSample = Pick<RemoteFile, 'path'> & { readonly modified: ModifiedTime };

/** The files of a listing whose MDTM may be asked: five pipelines of commands, and 50 KB of state. */
export const maxSamples = 500;
/** Enough to see the offsets of the server, and that it has MDTM. */
export const firstSamples = 20;

const minuteMs = 60_000;
const hourMs = 60 * minuteMs;
/** The difference between the westernmost zone (UTC-12) and the easternmost (UTC+14). */
const maxAheadMs = 26 * hourMs;
/** All zones in use differ from UTC by whole quarters of an hour, from UTC-12 to UTC+14. */
const offsetStepMs = 15 * minuteMs;
const maxOffsetMs = 15 * hourMs;

export interface SampleRules {
  readonly now: Date;
  /** Whether the flow takes a file of this path. */
  readonly isSelected: (path: RemotePath) => boolean;
}

/**
 * Keeps the files of a listing that were modified last, by the server's clock, among those whose time has an
 * hour but no zone: the age of a file matters while it is young, and offsets change with the season. Files
 * that are later than any zone explains are left out, because they would take the place of all others.
 */
export class NewestSamples {
  readonly #rules: SampleRules;
  readonly #latest: string;
  #samples: ZoneSample[];
  /** No earlier time can be among the newest. */
  #earliest = '';

  /** @param samples those of earlier rounds. */
  constructor(rules: SampleRules, samples: readonly ZoneSample[] = []) {
    this.#rules = rules;
    this.#latest = new Date(rules.now.getTime() + maxAheadMs).toISOString();
    this.#samples = [...samples];
  }

  add({ path, modified }: Pick<RemoteFile, 'path' | 'modified'>): void {
    if (modified?.clock !== 'server' || modified.precision === 'day') return;
    if (modified.wallClock < this.#earliest || modified.wallClock > this.#latest) return;
    if (!this.#rules.isSelected(path)) return;
    this.#samples.push({ path, modified });
    if (this.#samples.length < 2 * maxSamples) return;
    this.#samples = [...this.newest()];
    this.#earliest = this.#samples.at(-1)?.modified.wallClock ?? '';
  }

  addAll(others: NewestSamples): void {
    for (const sample of others.newest()) this.add(sample);
  }

  /** At most {@link maxSamples}, the newest first; the same for any order of the listing. */
  newest(): readonly ZoneSample[] {
    return this.#samples.toSorted(newestFirst).slice(0, maxSamples);
  }
}

function newestFirst(a: ZoneSample, b: ZoneSample): number {
  const [left, right] = [a.modified.wallClock, b.modified.wallClock];
  if (left !== right) return left < right ? 1 : -1;
  return a.path < b.path ? -1 : 1;
}

/** An answered MDTM. */
export interface AnsweredSample {
  readonly sample: ZoneSample;
  readonly mdtm: ModifiedTime;
}

/** The times of these files, and the offsets that they show. */
export function toMeasuredZone(answers: readonly AnsweredSample[]): MeasuredZone {
  const offsets = answers.flatMap(
    ({ sample, mdtm }) => offsetMinutes(sample.modified.wallClock, mdtm.wallClock) ?? [],
  );
  return {
    kind: 'measured',
    offsets: [...new Set(offsets)].sort((a, b) => a - b),
    times: Object.fromEntries(answers.map(({ sample, mdtm }) => [sample.path, mdtm.wallClock])),
  };
}

/**
 * Whether the file must be asked as well: its age is enough or not, depending on the offset at the time when
 * it was written.
 */
export function isAgeUncertain(
  sample: ZoneSample,
  zone: MeasuredZone,
  { now, minAgeMs }: { readonly now: Date; readonly minAgeMs: number },
): boolean {
  const latest = latestModified(sample, zone);
  return latest !== undefined && !latest.isExact && now.getTime() - latest.at.getTime() < minAgeMs;
}

/** Undefined where no zone has this offset: the file has changed since the listing, or its year is wrong. */
function offsetMinutes(listed: string, utc: string): number | undefined {
  const inMinutes = (wallClock: string) => Math.floor(Date.parse(`${wallClock}Z`) / minuteMs) * minuteMs;
  const offsetMs = inMinutes(listed) - inMinutes(utc);
  if (offsetMs % offsetStepMs !== 0 || Math.abs(offsetMs) > maxOffsetMs) return undefined;
  return offsetMs / minuteMs;
}
