import type { ReplayMark } from './replay-mark.ts';
import type { UploadMark } from './resume-upload.ts';

/** What the ledger knows of one object of a push flow. */
export interface DeliveryRecord {
  /** The newest event of the key that was routed; S3's sequencers of one key order its events. */
  readonly claimed: { readonly sequencer: string; readonly versionId: string } | undefined;
  /** The version whose rename was begun: when the connection died there, it may have happened. */
  readonly renaming: BegunRename | undefined;
  /** The version whose upload is spread over invocations. */
  readonly upload: UploadMark | undefined;
  readonly delivered: DeliveredVersion | undefined;
  readonly failure: DeliveryFailure | undefined;
  /** Its present version is to be delivered again, whatever the ledger has. */
  readonly replay: ReplayMark | undefined;
}

export interface BegunRename {
  readonly versionId: string;
  readonly at: Date;
  /** What was at the target; undefined where nothing was. */
  readonly before: TargetLook | undefined;
}

export interface TargetLook {
  readonly sizeBytes: number | undefined;
  /** The modified time as the server wrote it. */
  readonly modified: string | undefined;
}

export interface DeliveredVersion {
  readonly versionId: string;
  readonly etag: string;
  readonly sizeBytes: number;
  /** Lower-case hex, of the bytes sent; undefined where a lost try had sent them. */
  readonly sha256: string | undefined;
  readonly path: string;
  readonly verification: DeliveryVerification;
  /** An earlier try may have delivered it too: it had begun the rename, and looking did not tell how that ended. */
  readonly doubt: 'perhaps-twice' | undefined;
  readonly deliveredAt: Date;
}

export interface DeliveryFailure {
  readonly versionId: string;
  readonly fault: string;
  readonly message: string;
  /** How often this version has been tried in vain, up to the number after which it is given up. */
  readonly tries: number;
  readonly failedAt: Date;
  /** The last lines of the session with the partner, where the failure had one; no secret is in them. */
  readonly dialogue?: readonly string[] | undefined;
}

/**
 * What the delivered file was compared with: the server's own hash of it, its SIZE, or, after a lost reply to RNTO, a look at
 * the target: its size is right, it is not what was there before, and the staging name is gone.
 */
export type DeliveryVerification = 'size+hash' | 'size' | 'looked';

/** Of an object that nothing is known of. */
export const unknownDelivery: DeliveryRecord = {
  claimed: undefined,
  renaming: undefined,
  upload: undefined,
  delivered: undefined,
  failure: undefined,
  replay: undefined,
};

/**
 * S3 sequencers are hexadecimal, of different lengths, and begin with the time: they are padded on the right, and then compared
 * as text. https://docs.aws.amazon.com/AmazonS3/latest/userguide/notification-content-structure.html
 */
export function comparableSequencer(sequencer: string): string {
  return sequencer.toUpperCase().padEnd(64, '0');
}
