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
  readonly sha256: string;
  readonly verification: Verification;
  readonly verifiedModified: ModifiedTime | undefined;
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
}

/**
 * What the bytes were compared with: `size+mtime`: SIZE before, and SIZE and MDTM unchanged after; `size`: without MDTM;
 * `adopted`: the object of an interrupted run was found complete, with this version's fingerprint.
 */
export type Verification = 'size+mtime' | 'size' | 'adopted';

/** Faults of the partner's side, and of ours: storage refused, the object there is not ours, a newer run has taken over. */
export type FileFault = FtpsFault | 'storage' | 'object-not-ours' | 'replaced-by-newer-run' | 'out-of-time';
