import { createHash } from 'node:crypto';
import { datesDue, dueAt, type ExpectCalendar } from './expect-calendar.ts';

/** Files that should have come. */
export interface Expectation extends ExpectCalendar {
  /** What it is known by: the same as long as pattern and time are the same. */
  readonly key: string;
  /** A glob on the path below the flow's remote directory. */
  readonly pattern: string;
  readonly count: number;
  /** A smaller file does not count. */
  readonly minBytes: number;
}

/** What tells the expectations of a flow apart; another count or calendar does not begin one anew. */
export function expectationKey({ pattern, by, timeZone }: KeyParts): string {
  return createHash('sha256').update([pattern, by, timeZone].join('\n')).digest('hex').slice(0, 12);
}

type KeyParts = Pick<Expectation, 'pattern' | 'by' | 'timeZone'>;

/** A file that came for a date, and what it was each time. */
export interface Arrival {
  /** Below the flow's remote directory. */
  readonly path: string;
  /** In the order in which they came; one at least. */
  readonly versions: readonly ArrivedVersion[];
  /** Another file that had the same content, today or in the weeks before. */
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
 * What is not as it was expected. `missing`: too few have come until now. `late`: enough have come, but not in time. `too-small`:
 * the newest version of a file is. `duplicate`: a file came again in another version on one day, or with another file's content.
 */
export type Finding =
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

/** For so many days back a date is judged: a Friday's file is still missing after a long weekend. */
export const judgedDays = 4;

/**
 * Judges the dates of the last days. What a later date has beyond its own count makes up for an earlier one: so a file that comes a
 * day late ends its being missed.
 * @param arrivals by date.
 * @param since the expectation is watched since then: what was due before nobody had expected.
 */
export function judgeExpectation(
  expectation: Expectation,
  arrivals: ReadonlyMap<string, readonly Arrival[]>,
  { now, since }: { readonly now: Date; readonly since: Date },
): readonly Finding[] {
  const earliest = new Date(Math.max(since.getTime(), now.getTime() - judgedDays * dayMs));
  const due = new Set(datesDue(expectation, { since: earliest, now }));
  const newestFirst = [...new Set([...arrivals.keys(), ...due])].sort().reverse();
  let surplus = 0;
  const findings: Finding[] = [];
  for (const date of newestFirst) {
    const ofDate = { expectation, date };
    const files = arrivals.get(date) ?? [];
    const times = arrivalTimes(files, expectation.minBytes);
    findings.push(...files.flatMap((file) => findingsOfFile(file, ofDate)));
    const short = expectation.count - times.length;
    if (short <= 0) surplus -= short;
    if (!due.has(date)) continue;
    const limit = dueAt(expectation, date);
    const inTime = times.filter((at) => at <= limit).length;
    const completeAt = times[expectation.count - 1];
    if (short <= 0) {
      if (inTime < expectation.count && completeAt !== undefined)
        findings.push({ ...ofDate, kind: 'late', inTime, dueAt: limit, completeAt });
    } else if (surplus >= short) surplus -= short;
    else findings.push({ ...ofDate, kind: 'missing', arrived: times.length, dueAt: limit });
  }
  return findings;
}

/** When each file that is large enough first was so, the earliest first. */
function arrivalTimes(files: readonly Arrival[], minBytes: number): readonly Date[] {
  return files
    .flatMap(({ versions }) => {
      const first = versions.find(({ sizeBytes }) => sizeBytes >= minBytes);
      const isStillLarge = (versions.at(-1)?.sizeBytes ?? 0) >= minBytes;
      return first === undefined || !isStillLarge ? [] : [first.at];
    })
    .sort((a, b) => a.getTime() - b.getTime());
}

function findingsOfFile({ path, versions, sameAs }: Arrival, ofDate: OfDate): readonly Finding[] {
  const { minBytes } = ofDate.expectation;
  const sizeBytes = versions.at(-1)?.sizeBytes ?? 0;
  const findings: Finding[] = [];
  if (sizeBytes < minBytes) findings.push({ ...ofDate, kind: 'too-small', path, sizeBytes });
  // A version that was too small is meant to be replaced.
  const whole = versions.filter((version) => version.sizeBytes >= minBytes);
  if (whole.length > 1 || sameAs !== undefined)
    findings.push({ ...ofDate, kind: 'duplicate', path, versions: whole.length, sameAs });
  return findings;
}
