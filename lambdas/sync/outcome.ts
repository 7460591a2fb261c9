import type { FtpsFault } from './ftps-fault.ts';
import type { ObjectKey } from './object-key.ts';
import type { ModifiedTime } from './remote-file.ts';
import type { RemotePath } from './remote-path.ts';

/** What became of one file of the manifest. */
export type Outcome = TransferredOutcome | UnchangedOutcome | FailedOutcome;

export interface TransferredOutcome {
  readonly kind: 'transferred';
  readonly path: RemotePath;
  readonly key: ObjectKey;
  readonly sizeBytes: number;
  /** Undefined of a file that came in slices, whose bytes nobody saw in order. */
  readonly sha256: string | undefined;
  /** CRC-32 of the whole as S3 writes it: base64. */
  readonly crc32: string | undefined;
  readonly verification: Verification;
  readonly verifiedModified: ModifiedTime | undefined;
  /** What a person may want to know of a transfer that went well: it began anew, since the file changed. */
  readonly note: string | undefined;
}

/** The listing looked different, but size and MDTM are those of the version that was taken. */
export interface UnchangedOutcome {
  readonly kind: 'unchanged';
  readonly path: RemotePath;
  readonly key: ObjectKey;
  readonly sizeBytes: number;
  readonly verifiedModified: ModifiedTime | undefined;
}

export interface FailedOutcome {
  readonly kind: 'failed';
  readonly path: RemotePath;
  readonly key: ObjectKey;
  readonly sizeBytes: number | undefined;
  readonly fault: FileFault;
  readonly message: string;
  /** The last lines of the session, commands and replies, about this file alone; absent where none was open. No secret is in them. */
  readonly dialogue?: readonly string[] | undefined;
}

/**
 * What the bytes were compared with: `size+mtime`: SIZE before, and SIZE and MDTM unchanged after; `size`: without MDTM;
 * `crc32`: the CRC-32 that the server computed, besides size and, where it tells one, MDTM; `adopted`: the object of an
 * interrupted run was found complete, with this version's fingerprint.
 */
export type Verification = 'size+mtime' | 'size' | 'crc32' | 'adopted';

/** Faults of the partner's side, and of ours: storage refused, the object there is not ours, a newer run has taken over. */
export type FileFault = FtpsFault | 'storage' | 'object-not-ours' | 'replaced-by-newer-run' | 'out-of-time';
