import type { Fingerprint } from './fingerprint.ts';
import type { ObjectKey } from './object-key.ts';
import type { ModifiedTime } from './remote-file.ts';
import type { ReplayMark } from './replay-mark.ts';

/** What the ledger knows of one file of a flow. */
export interface FileRecord {
  /** The version that is in the bucket, verified and recorded. */
  readonly taken: TakenVersion | undefined;
  /** A version that was seen and not taken yet. */
  readonly sighting: Sighting | undefined;
  /** Why the last try did not end well. */
  readonly failure: Failure | undefined;
  /** It is to be taken again, whatever the ledger has. */
  readonly replay: ReplayMark | undefined;
}

export interface TakenVersion {
  readonly fingerprint: Fingerprint;
  readonly key: ObjectKey;
  readonly sizeBytes: number;
  /** Lower-case hex, of the bytes that were received; undefined of a file that came in slices, whose bytes nobody saw in order. */
  readonly sha256: string | undefined;
  /** CRC-32 of the whole as S3 writes it: base64. Undefined of what was taken before it was recorded. */
  readonly crc32: string | undefined;
  /** MDTM at the time of the transfer, finer than many listings; undefined where the server has no MDTM. */
  readonly verifiedModified: ModifiedTime | undefined;
  readonly etag: string;
  readonly versionId: string | undefined;
  /** The partner has another version now, which a listing may not show: same size, and a date without seconds. */
  readonly isReplaced: boolean;
  readonly runId: string;
  readonly takenAt: Date;
}

export interface Sighting {
  readonly fingerprint: Fingerprint;
  readonly firstSeenAt: Date;
  /** In how many runs in a row it looked like this. */
  readonly runs: number;
  /** The latest of those runs, so that a repeated PlanRun does not count twice. */
  readonly lastRunId: string;
}

export interface Failure {
  readonly fingerprint: Fingerprint;
  readonly fault: string;
  readonly message: string;
  /** Runs that tried this version and failed. */
  readonly attempts: number;
  readonly failedAt: Date;
}

/** Of a file that was never seen. */
export const unknownFile: FileRecord = {
  taken: undefined,
  sighting: undefined,
  failure: undefined,
  replay: undefined,
};
