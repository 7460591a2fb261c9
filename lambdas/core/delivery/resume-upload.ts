import { type Amount, expectedSeconds, type TransferRate } from '../plan/transfer-rate.ts';

/** What the ledger has of an upload that is spread over invocations. */
export interface UploadCheckpoint {
  readonly versionId: string;
  /** The name of the file that `closedBytes` is about; undefined in records from before names of tries. */
  readonly staging: string | undefined;
  /** The largest size that an invocation has found under the staging name when it began. */
  readonly reachedBytes: number;
  /** How many invocations in a row began and found no more than the one before. */
  readonly stalledInvocations: number;
  /**
   * The size with which an invocation closed the file properly; undefined while an invocation uploads, and
   * after one that was lost.
   */
  readonly closedBytes: number | undefined;
  /** The server's answer to STOR after REST. `refused` also where it agreed and wrote elsewhere. */
  readonly restart: 'proven' | 'refused' | undefined;
  readonly append: 'refused' | undefined;
}

/** How an invocation starts, and from which byte of the object. */
export type UploadStart =
  /** `one-invocation`: the server cannot resume a file, so stopping before the end would be useless. */
  | { readonly kind: 'from-start'; readonly extent: 'resumable' | 'one-invocation' }
  /** An earlier invocation has sent the last byte, and had no time to verify and rename. */
  | { readonly kind: 'complete' }
  /** REST and STOR. A lost session that still writes there writes the same bytes to the same offsets. */
  | { readonly kind: 'restart'; readonly offset: number }
  /** APPE, which after a lost invocation could mix with what its session still writes. */
  | { readonly kind: 'append'; readonly offset: number };

/** An object that is expected to take more than this share of an invocation may well be interrupted. */
const largeShare = 0.1;

/** Whether an upload is worth resuming even where the ledger has no checkpoint of it. */
export function isLarge(sizeBytes: number, rate: TransferRate, invocationMs: number): boolean {
  const amount: Amount = { files: 1, bytes: sizeBytes };
  return expectedSeconds(amount, rate) * 1000 > invocationMs * largeShare;
}

/** A staging file of this size is resumed at any rate; a smaller one only where the object is large. */
export const minResumeBytes = 64 * 1024 * 1024;

/** After a loss, the upload resumes at a multiple of this, so that the end of the file is sent again. */
const resumeStepBytes = 1024 * 1024;

/** What a server gets first that has not been seen to resume a file yet. */
export const proofBytes = 4 * resumeStepBytes;

export interface UploadState {
  readonly sizeBytes: number;
  /** Under the staging name; undefined: nothing. */
  readonly stagedBytes: number | undefined;
  readonly mark: UploadCheckpoint | undefined;
  readonly isLarge: boolean;
}

/**
 * How to start or resume. Only tries of this version have written to the file under the staging name, one
 * after the other, so it is a beginning of the same bytes, unless it is longer than the object: then it is
 * not ours.
 */
export function uploadStart({ sizeBytes, stagedBytes = 0, mark, isLarge }: UploadState): UploadStart {
  const cannotResume = mark?.restart === 'refused' && mark.append === 'refused';
  const fromStart: UploadStart = {
    kind: 'from-start',
    extent: cannotResume ? 'one-invocation' : 'resumable',
  };
  if (stagedBytes > sizeBytes) return fromStart;
  const isClosed = stagedBytes > 0 && mark?.closedBytes === stagedBytes;
  if (isClosed && stagedBytes === sizeBytes) return { kind: 'complete' };
  if (!isLarge && mark === undefined && stagedBytes < minResumeBytes) return fromStart;
  if (mark?.restart !== 'refused') {
    const offset = isClosed ? stagedBytes : lastStep(Math.min(stagedBytes, sizeBytes - 1));
    return offset > 0 ? { kind: 'restart', offset } : fromStart;
  }
  return isClosed && mark.append !== 'refused' ? { kind: 'append', offset: stagedBytes } : fromStart;
}

function lastStep(bytes: number): number {
  return Math.floor(bytes / resumeStepBytes) * resumeStepBytes;
}

/** The mark of an invocation that begins with `stagedBytes` under the staging name. */
export function startCheckpoint(
  { versionId, staging }: Pick<UploadCheckpoint, 'versionId' | 'staging'>,
  before: UploadCheckpoint | undefined,
  stagedBytes = 0,
): { readonly mark: UploadCheckpoint; readonly hasGrown: boolean } {
  const hasGrown = before !== undefined && stagedBytes > before.reachedBytes;
  const mark: UploadCheckpoint = {
    versionId,
    staging,
    reachedBytes: Math.max(stagedBytes, before?.reachedBytes ?? 0),
    stalledInvocations: before === undefined || hasGrown ? 0 : before.stalledInvocations + 1,
    closedBytes: undefined,
    restart: before?.restart,
    append: before?.append,
  };
  return { mark, hasGrown };
}

/**
 * So many invocations without progress are no accident. More than the tries of a delivery that fails with an
 * error (delivery-retry.ts).
 */
const maxStalledInvocations = 10;

export function isStuck({ stalledInvocations }: UploadCheckpoint): boolean {
  return stalledInvocations >= maxStalledInvocations;
}

export interface SentRange {
  readonly offset: number;
  readonly sentBytes: number;
  /** Of the whole object. */
  readonly sizeBytes: number;
  /** The size under the staging name before the piece was sent, and after it. */
  readonly stagedBefore: number;
  readonly stagedAfter: number | undefined;
}

/**
 * Whether a piece went where it belongs, by the size of the file. vsftpd and ProFTPD keep what is behind the
 * offset; Pure-FTPd cuts it off. A server that ignores REST has the piece alone, or the longer of the two;
 * one that appends has both.
 */
export function isInPlace(piece: SentRange): boolean {
  const { offset, sentBytes, sizeBytes, stagedBefore, stagedAfter } = piece;
  const end = offset + sentBytes;
  if (stagedAfter === end) return true;
  if (end === sizeBytes || stagedAfter === undefined || stagedAfter > sizeBytes) return false;
  // The session of a lost invocation may have written more; these are the same bytes.
  return stagedAfter > end && stagedAfter !== stagedBefore + sentBytes;
}

/** The share of an invocation, and its maximum, reserved for the final reply, SIZE and the mark. */
const closingShare = 1 / 8;
const maxClosingMs = 60_000;

/** How long before all work must stop an upload is closed, so that another invocation can resume it. */
export function closeBeforeMs(invocationMs: number): number {
  return Math.min(maxClosingMs, invocationMs * closingShare);
}

/**
 * The share of the work time that must be left to start: enough for the whole object, or enough to make
 * progress at all.
 */
const minLeftShares = { 'one-invocation': 0.6, resumable: 0.25 } as const;

/** Whether so little time is left that a new invocation should do it. */
export function isTooLate(
  start: UploadStart,
  work: { readonly leftMs: number; readonly totalMs: number },
): boolean {
  const extent = start.kind === 'from-start' ? start.extent : 'resumable';
  return work.leftMs < work.totalMs * minLeftShares[extent];
}

/** The rate at which a server, or a function that reads from S3, is expected to hash a file at least. */
const hashBytesPerSecond = 50_000_000;

/** How long hashing a file is expected to take. */
export function hashMs(sizeBytes: number): number {
  return (sizeBytes / hashBytesPerSecond) * 1000;
}
