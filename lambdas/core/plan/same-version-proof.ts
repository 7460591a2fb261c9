import { type Fingerprint, matchesListing, sameVersion } from '../listing/fingerprint.ts';
import type { ModifiedTime } from '../listing/remote-file.ts';

/** What is recorded of a version whose bytes are in the bucket. */
export interface VerifiedVersion {
  readonly sizeBytes: number;
  /** MDTM at the time of the transfer; undefined where the server has no MDTM. */
  readonly verifiedModified: ModifiedTime | undefined;
  /** As it was listed; undefined if not known. */
  readonly listed: Fingerprint | undefined;
  /** Whether a file that was written after the transfer began must have another listed time. */
  readonly isTimeFinal: boolean;
}

/** What the server reports for the file now. */
export interface ReportedVersion {
  readonly sizeBytes: number | undefined;
  /** By MDTM. */
  readonly modified: ModifiedTime | undefined;
  /** By MLST, or as the file is listed; undefined where it was not asked for, or the server does not tell. */
  readonly facts: Fingerprint | undefined;
}

export type SameVersionProof =
  | { readonly kind: 'same' }
  /** Another version. @example `it has 7 bytes now; the version that was transferred has 5` */
  | { readonly kind: 'other'; readonly difference: string }
  /** Nothing differs, but a replacement of the same size could look the same. */
  | { readonly kind: 'unproven' };

/**
 * Whether the file at the partner is shown to be the recorded version. Every fact that the server reports
 * must agree, and one of the times must be able to tell a replacement of the same size: MDTM, a listed time
 * with seconds, or a listed minute or day that was over when the transfer began. `unique` (RFC 3659, 7.5.2)
 * can only tell that a file is another one: a file that is overwritten in its place keeps it.
 */
export function proveSameVersion(recorded: VerifiedVersion, found: ReportedVersion): SameVersionProof {
  const difference = findDifference(recorded, found);
  if (difference !== undefined) return { kind: 'other', difference };
  if (found.sizeBytes === undefined) return { kind: 'unproven' };
  return isTimeProof(recorded, found) ? { kind: 'same' } : { kind: 'unproven' };
}

function findDifference(recorded: VerifiedVersion, found: ReportedVersion): string | undefined {
  const { sizeBytes, verifiedModified, listed } = recorded;
  const { modified, facts } = found;
  for (const size of [found.sizeBytes, facts?.sizeBytes]) {
    if (size !== undefined && size !== sizeBytes)
      return `it has ${size} bytes now; the version that was transferred has ${sizeBytes}`;
  }
  const times: readonly TimePair[] = [
    { before: verifiedModified, now: modified, from: 'MDTM' },
    { before: verifiedModified, now: facts?.modified, from: 'both' },
    { before: verifiedModified === undefined ? listed?.modified : undefined, now: modified, from: 'both' },
    { before: listed?.modified, now: facts?.modified, from: 'listing' },
  ];
  for (const { before, now, from } of times) {
    if (before !== undefined && now !== undefined && !canBeSameTime(before, now, from))
      return `it was modified ${now.raw}; the version that was transferred, ${before.raw}`;
  }
  const hasOtherUnique =
    listed?.unique !== undefined && facts?.unique !== undefined && listed.unique !== facts.unique;
  return hasOtherUnique ? 'it is another file of the same name, by the fact `unique`' : undefined;
}

/** A time of the transferred version and one of the file now, and which answers they come from. */
interface TimePair {
  readonly before: ModifiedTime | undefined;
  readonly now: ModifiedTime | undefined;
  readonly from: 'MDTM' | 'listing' | 'both';
}

/** Two answers to one command must agree to the last digit; those to different ones, except for a zone. */
function canBeSameTime(before: ModifiedTime, now: ModifiedTime, from: TimePair['from']): boolean {
  const isFraction = before.raw.includes('.') && now.raw.includes('.');
  const isExact = before.precision === 'second' && now.precision === 'second' && before.clock === now.clock;
  if (isExact && from !== 'both' && (from === 'MDTM' || isFraction)) return before.raw === now.raw;
  const look = { sizeBytes: undefined, unique: undefined };
  return from === 'both'
    ? matchesListing({ ...look, modified: before }, now)
    : sameVersion({ ...look, modified: before }, { ...look, modified: now });
}

/** A time that has lost its hour since the listing may stand for any hour of the day, and proves nothing. */
function isTimeProof(
  { verifiedModified, listed, isTimeFinal }: VerifiedVersion,
  found: ReportedVersion,
): boolean {
  const times = [found.modified, found.facts?.modified];
  return [verifiedModified, listed?.modified].some(
    (before) =>
      before !== undefined &&
      (before.precision === 'second' || isTimeFinal) &&
      times.some(
        (now) =>
          now?.wallClock === before.wallClock &&
          now.clock === before.clock &&
          now.precision === before.precision,
      ),
  );
}
