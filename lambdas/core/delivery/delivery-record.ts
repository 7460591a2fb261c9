import type { ReplayMark } from '../plan/replay-mark.ts';
import type { StagedFile } from './delivery-lease.ts';
import type { UploadCheckpoint } from './resume-upload.ts';

/** The ledger's record of one object of a push flow. */
export interface DeliveryRecord {
  /** The newest routed event of the key; the S3 sequencer orders the events of a key. */
  readonly claimed: { readonly sequencer: string; readonly versionId: string } | undefined;
  /**
   * The version whose RNTO was about to be sent, and has no reply: the rename may have happened. A reply, and
   * an error before RNTO, remove it again. With `delivery: direct`, the version whose STOR was about to be
   * sent.
   */
  readonly renaming: StartedRename | undefined;
  /** The checkpoint of an upload that takes several invocations. */
  readonly upload: UploadCheckpoint | undefined;
  /** The staging files that tries may have left at the partner, oldest first. */
  readonly staged: readonly StagedFile[];
  readonly delivered: DeliveredVersion | undefined;
  /**
   * The delivered version whose object is about to be deleted: its delete marker may hide a newer version.
   */
  readonly disposing: Pick<DeliveredVersion, 'versionId' | 'etag'> | undefined;
  readonly lastError: DeliveryLastError | undefined;
  /** The newest version that was left out for its size. */
  readonly tooSmall: TooSmallVersion | undefined;
  /** An operator's request to deliver the current version again. */
  readonly replay: ReplayMark | undefined;
}

export interface StartedRename {
  readonly versionId: string;
  readonly at: Date;
  /** The staging name of the file; undefined in records from before names of tries. */
  readonly staging: string | undefined;
  /** The file at the target before; undefined if there was none. */
  readonly before: TargetStat | undefined;
  /** Our verified upload, right before the rename, which keeps its modified time. */
  readonly staged: TargetStat | undefined;
  /** Present where no file was to be renamed, but written under its final name. */
  readonly write?: StartedWrite | undefined;
}

/** An upload under the final name. */
export interface StartedWrite {
  /** Of the version: what is at the target is not larger. */
  readonly sizeBytes: number;
  /** The end of the invocation, after which it wrote no more. */
  readonly until: Date;
  /** Whether the file that was there before was ours too. */
  readonly isBeforeOurs: boolean;
}

export interface TargetStat {
  readonly sizeBytes: number | undefined;
  /** The modified time as the server writes it. */
  readonly modified: string | undefined;
}

export interface DeliveredVersion {
  readonly versionId: string;
  readonly etag: string;
  /** When S3 got the version, in seconds; undefined in records from before this was recorded. */
  readonly modifiedAt: Date | undefined;
  readonly sizeBytes: number;
  /** In lower-case hex, of the sent bytes; undefined if a try that was lost sent them. */
  readonly sha256: string | undefined;
  readonly path: string;
  /**
   * The modified time of the file, as the server wrote it; undefined where it does not tell, and in records
   * from before this was recorded.
   */
  readonly modified?: string | undefined;
  readonly verification: DeliveryVerification;
  /**
   * An earlier try may have delivered it too: it had begun the rename, and looking did not tell how that
   * ended.
   */
  readonly doubt: 'possible-duplicate' | undefined;
  readonly deliveredAt: Date;
}

export interface TooSmallVersion {
  readonly versionId: string;
  readonly sizeBytes: number;
  readonly at: Date;
}

export interface DeliveryLastError {
  readonly versionId: string;
  readonly error: string;
  readonly message: string;
  /** The number of failed tries of this version. */
  readonly tries: number;
  readonly failedAt: Date;
  /** When the queue hands the message out again; undefined where it does not, or in records from before. */
  readonly nextTryAt?: Date | undefined;
  /** Whether no try follows by itself: it was refused for good, or is in the dead-letter queue. */
  readonly isGivenUp?: boolean | undefined;
  /** The last commands and replies of the session, without secrets; absent if no session was open. */
  readonly transcript?: readonly string[] | undefined;
}

/**
 * What the delivered file was compared with: the server's own hash of it, its SIZE, its size in a listing,
 * nothing (`none`: the server confirmed the upload with a 226, and the flow asks for no more), or, after a
 * lost reply to RNTO, a look at the target: its size is right, it is not what was there before, and the
 * staging name is gone.
 */
export const deliveryVerifications = ['size+hash', 'size', 'listing', 'none', 'inferred'] as const;
export type DeliveryVerification = (typeof deliveryVerifications)[number];

/** The record of an object that the ledger does not know. */
export const emptyDeliveryRecord: DeliveryRecord = {
  claimed: undefined,
  renaming: undefined,
  upload: undefined,
  staged: [],
  delivered: undefined,
  disposing: undefined,
  lastError: undefined,
  tooSmall: undefined,
  replay: undefined,
};

/**
 * A sequencer that compares as text: S3 sequencers are hexadecimal numbers of different lengths, padded on
 * the right.
 * https://docs.aws.amazon.com/AmazonS3/latest/userguide/notification-content-structure.html
 */
export function comparableSequencer(sequencer: string): string {
  return sequencer.toUpperCase().padEnd(64, '0');
}
