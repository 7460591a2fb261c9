import type { Fingerprint } from '../listing/fingerprint.ts';
import type { ModifiedTime } from '../listing/remote-file.ts';
import type { ObjectKey } from '../path/object-key.ts';
import type { ReplayMark } from './replay-mark.ts';

/** The ledger's record of one file of a flow. */
export interface FileRecord {
  /** The verified version in the bucket. */
  readonly transferred: TransferredVersion | undefined;
  /** The last listed version that is not transferred yet. */
  readonly observation: Observation | undefined;
  /** Why the last attempt failed; undefined after a success. */
  readonly lastError: LastError | undefined;
  /** An operator's request to transfer the file again. */
  readonly replay: ReplayMark | undefined;
}

export interface TransferredVersion {
  readonly fingerprint: Fingerprint;
  readonly key: ObjectKey;
  readonly sizeBytes: number;
  /**
   * In lower-case hex, of the received bytes; undefined for a file that was transferred in slices, whose
   * bytes were not read in order.
   */
  readonly sha256: string | undefined;
  /**
   * CRC-32 of the whole file as S3 writes it, in base64. Undefined in records from before it was recorded.
   */
  readonly crc32: string | undefined;
  /**
   * MDTM at the time of the transfer, more precise than many listings; undefined if the server has no MDTM.
   */
  readonly verifiedModified: ModifiedTime | undefined;
  /**
   * Whether a file that was written after the transfer began must have another listed time than this version
   * (core/listing/final-time.ts).
   */
  readonly isTimeFinal: boolean;
  /** The done file that settled this version, as it was listed; undefined if the flow asked for none. */
  readonly doneFile: Fingerprint | undefined;
  readonly etag: string;
  readonly versionId: string | undefined;
  /**
   * Whether the partner is known to have another version now, even if a listing shows no difference (same
   * size, and a time without seconds).
   */
  readonly isReplaced: boolean;
  readonly runId: string;
  readonly transferredAt: Date;
}

/**
 * What identifies the version beside a listing of now. Where its own listing had no time, or one without
 * seconds where this one has them, that of MDTM counts: the listing shows a change within the minute too.
 */
export function knownVersion(
  { fingerprint, verifiedModified }: TransferredVersion,
  listed: Fingerprint,
): Fingerprint {
  const { modified } = fingerprint;
  const isFiner = listed.modified?.precision === 'second' && modified?.precision !== 'second';
  const isLess = modified === undefined || (isFiner && verifiedModified?.precision === 'second');
  return isLess ? { ...fingerprint, modified: verifiedModified } : fingerprint;
}

export interface Observation {
  readonly fingerprint: Fingerprint;
  readonly firstSeenAt: Date;
  /** The number of consecutive runs that listed this version. */
  readonly runs: number;
  /** The last of those runs, so that a repeated PlanRun does not count twice. */
  readonly lastRunId: string;
}

export interface LastError {
  readonly fingerprint: Fingerprint;
  readonly error: string;
  readonly message: string;
  /** The number of runs that failed to transfer this version. */
  readonly attempts: number;
  readonly failedAt: Date;
}

/** The record of a file that the ledger does not know. */
export const emptyFileRecord: FileRecord = {
  transferred: undefined,
  observation: undefined,
  lastError: undefined,
  replay: undefined,
};
