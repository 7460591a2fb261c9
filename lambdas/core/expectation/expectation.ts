import { createHash } from 'node:crypto';
import { datesDue, dueAt, type ExpectCalendar } from './expectation-calendar.ts';

/** Files that must arrive by a time of day. */
export interface Expectation extends ExpectCalendar {
  /** Identifies the expectation; changes only with its pattern, time or zone. */
  readonly key: string;
  /** A glob on the path below the flow's remote directory. */
  readonly pattern: string;
  readonly count: number;
  /** Smaller files do not count. */
  readonly minBytes: number;
}

/** The identity of an expectation within its flow. A change of count or calendar keeps it. */
export function expectationKey({ pattern, by, timeZone }: KeyParts): string {
  return createHash('sha256').update([pattern, by, timeZone].join('\n')).digest('hex').slice(0, 12);
}

type KeyParts = Pick<Expectation, 'pattern' | 'by' | 'timeZone'>;

/** A file that arrived for a date, with all its versions. */
export interface Arrival {
  /** Below the flow's remote directory. */
  readonly path: string;
  /** In the order of arrival; at least one. */
  readonly versions: readonly ArrivedVersion[];
  /** Another file with the same content, of the same day or of the weeks before. */
  readonly sameAs: string | undefined;
}

export interface ArrivedVersion {
  readonly etag: string;
  readonly sizeBytes: number;
  readonly at: Date;
}

interface OfDate {
  readonly expectation: Expectation;
  readonly date: string;
}

/**
 * A deviation from an expectation. `missing`: too few files have arrived. `late`: enough have arrived, but
 * not in time. `too-small`: the newest version of a file is below `minBytes`. `duplicate`: a file arrived in
 * several versions on one day, or with the content of another file.
 */
export type Anomaly =
  | (OfDate & { readonly kind: 'missing'; readonly arrived: number; readonly dueAt: Date })
  | (OfDate & {
      readonly kind: 'late';
      readonly inTime: number;
      readonly dueAt: Date;
      readonly completeAt: Date;
    })
  | (OfDate & { readonly kind: 'too-small'; readonly path: string; readonly sizeBytes: number })
  | (OfDate & {
      readonly kind: 'duplicate';
      readonly path: string;
      readonly versions: number;
      readonly sameAs: string | undefined;
    });

const dayMs = 24 * 3600_000;

/** The number of past days that are evaluated: Friday's file is still missing after a long weekend. */
export const evaluatedDays = 4;

/**
 * Evaluates the dates of the last {@link evaluatedDays} days. The surplus of a later date counts for earlier
 * ones, so a file that arrives a day late is no longer missing.
 * @param arrivals by date.
 * @param since when the expectation was first deployed; earlier due times are not evaluated.
 */
export function evaluateExpectation(
  expectation: Expectation,
  arrivals: ReadonlyMap<string, readonly Arrival[]>,
  { now, since }: { readonly now: Date; readonly since: Date },
): readonly Anomaly[] {
  const earliest = new Date(Math.max(since.getTime(), now.getTime() - evaluatedDays * dayMs));
  const due = new Set(datesDue(expectation, { since: earliest, now }));
  const newestFirst = [...new Set([...arrivals.keys(), ...due])].sort().reverse();
  let surplus = 0;
  const anomalies: Anomaly[] = [];
  for (const date of newestFirst) {
    const ofDate = { expectation, date };
    const files = arrivals.get(date) ?? [];
    const times = arrivalTimes(files, expectation.minBytes);
    anomalies.push(...files.flatMap((file) => fileAnomalies(file, ofDate)));
    const short = expectation.count - times.length;
    if (short <= 0) surplus -= short;
    if (!due.has(date)) continue;
    const limit = dueAt(expectation, date);
    const inTime = times.filter((at) => at <= limit).length;
    const completeAt = times[expectation.count - 1];
    if (short <= 0) {
      if (inTime < expectation.count && completeAt !== undefined)
        anomalies.push({ ...ofDate, kind: 'late', inTime, dueAt: limit, completeAt });
    } else if (surplus >= short) surplus -= short;
    else anomalies.push({ ...ofDate, kind: 'missing', arrived: times.length, dueAt: limit });
  }
  return anomalies;
}

/** When each sufficiently large file first had its size, in ascending order. */
function arrivalTimes(files: readonly Arrival[], minBytes: number): readonly Date[] {
  return files
    .flatMap(({ versions }) => {
      const first = versions.find(({ sizeBytes }) => sizeBytes >= minBytes);
      const isStillLarge = (versions.at(-1)?.sizeBytes ?? 0) >= minBytes;
      return first === undefined || !isStillLarge ? [] : [first.at];
    })
    .sort((a, b) => a.getTime() - b.getTime());
}

function fileAnomalies({ path, versions, sameAs }: Arrival, ofDate: OfDate): readonly Anomaly[] {
  const { minBytes } = ofDate.expectation;
  const sizeBytes = versions.at(-1)?.sizeBytes ?? 0;
  const anomalies: Anomaly[] = [];
  if (sizeBytes < minBytes) anomalies.push({ ...ofDate, kind: 'too-small', path, sizeBytes });
  // A version that is too small is expected to be replaced.
  const whole = versions.filter((version) => version.sizeBytes >= minBytes);
  if (whole.length > 1 || sameAs !== undefined)
    anomalies.push({ ...ofDate, kind: 'duplicate', path, versions: whole.length, sameAs });
  return anomalies;
}
