import type { FtpsErrorKind } from '../connection/ftps-error-kind.ts';
import type { Fingerprint } from '../listing/fingerprint.ts';
import type { ModifiedTime } from '../listing/remote-file.ts';
import type { ObjectKey } from '../path/object-key.ts';
import type { RemotePath } from '../path/remote-path.ts';

/** The outcome of one file of the manifest. */
export type Outcome = TransferredOutcome | UnchangedOutcome | FailedOutcome;

export interface TransferredOutcome {
  readonly kind: 'transferred';
  readonly path: RemotePath;
  readonly key: ObjectKey;
  readonly sizeBytes: number;
  /** Undefined for a file that was transferred in slices, whose bytes were not read in order. */
  readonly sha256: string | undefined;
  /** CRC-32 of the whole file as S3 writes it, in base64. */
  readonly crc32: string | undefined;
  readonly verification: Verification;
  readonly verifiedModified: ModifiedTime | undefined;
  /** The version in the listing; `isTimeFinal` is explained in file-record.ts. */
  readonly listed: Fingerprint | undefined;
  readonly isTimeFinal: boolean;
  /** The partner removed the file once it was read: no disposal, and the next run does not miss it. */
  readonly isTakenAway: true | undefined;
  /** A remark about a successful transfer, for example that it restarted because the file changed. */
  readonly note: string | undefined;
}

/** The listing shows a difference, but SIZE and MDTM are those of the transferred version. */
export interface UnchangedOutcome {
  readonly kind: 'unchanged';
  readonly path: RemotePath;
  readonly key: ObjectKey;
  readonly sizeBytes: number;
  readonly verifiedModified: ModifiedTime | undefined;
  /** The version in the listing; `isTimeFinal` is explained in file-record.ts. */
  readonly listed: Fingerprint | undefined;
  readonly isTimeFinal: boolean;
}

export interface FailedOutcome {
  readonly kind: 'failed';
  readonly path: RemotePath;
  readonly key: ObjectKey;
  readonly sizeBytes: number | undefined;
  readonly error: FileErrorKind;
  readonly message: string;
  /**
   * The last commands and replies of the session that concern this file, without secrets; absent if no
   * session was open.
   */
  readonly transcript?: readonly string[] | undefined;
}

/**
 * How the bytes were verified. `size+mtime`: SIZE before the transfer, and SIZE and MDTM unchanged after it.
 * `size`: the same without a time, or all bytes of a file that could not be compared afterwards. `crc32`:
 * additionally the CRC-32 that the server computes. `adopted`: the complete object of an interrupted run,
 * with this version's fingerprint.
 */
export type Verification = 'size+mtime' | 'size' | 'crc32' | 'adopted';

/**
 * Faults of the partner's side, and of ours: storage refused, the object there is not ours, a newer run has
 * taken over.
 */
export type FileErrorKind = FtpsErrorKind | 'storage' | 'foreign-object' | 'superseded' | 'deadline-exceeded';
