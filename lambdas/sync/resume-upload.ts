import { type Amount, expectedSeconds, type TransferRate } from './expected-time.ts';

/** What is known of the upload of a version that is spread over invocations. */
export interface UploadMark {
  readonly versionId: string;
  /** What an invocation that was to go on has found under the staging name, the most so far. */
  readonly reachedBytes: number;
  /** How many invocations in a row have begun, and found it no larger than the one before. */
  readonly idle: number;
  /** With how many bytes an invocation has ended it properly; undefined while one is at it, and after one that was lost. */
  readonly endedBytes: number | undefined;
  /** What became of STOR behind REST. `refused` also where the server agreed and did something else. */
  readonly restart: 'proved' | 'refused' | undefined;
  readonly append: 'refused' | undefined;
}

/** How an invocation goes on with an upload, and from which byte of the object. */
export type UploadStart =
  /** `in-one-piece`: the server goes on with no file, so that to end it before its end would be of no use. */
  | { readonly kind: 'anew'; readonly extent: 'as-far-as-it-goes' | 'in-one-piece' }
  /** An invocation has sent the last byte, and had no time for what follows it. */
  | { readonly kind: 'whole' }
  /** REST and STOR: whoever may still write there writes the same bytes to the same places. */
  | { readonly kind: 'restart'; readonly offset: number }
  /** APPE, which after a lost invocation could mix with what its session still writes. */
  | { readonly kind: 'append'; readonly offset: number };

/** An object that is expected to take longer than this share of an invocation may well be broken off. */
const largeShare = 0.1;

/** Whether it is worth going on with what there is of it, also where no invocation has said that there is something. */
export function isLarge(sizeBytes: number, rate: TransferRate, invocationMs: number): boolean {
  const amount: Amount = { files: 1, bytes: sizeBytes };
  return expectedSeconds(amount, rate) * 1000 > invocationMs * largeShare;
}

/** A staging file of this size is gone on with whatever the rate, a smaller one only where the object is large. */
export const worthGoingOnBytes = 64 * 1024 * 1024;

/** After a loss the end of what is there is sent once more, from a multiple of this on. */
const stepBytes = 1024 * 1024;

/** What is sent first to a server that has not been seen to go on with a file, before it is trusted with more. */
export const proofBytes = 4 * stepBytes;

export interface UploadSoFar {
  readonly sizeBytes: number;
  /** Under the staging name; undefined: nothing. */
  readonly stagedBytes: number | undefined;
  readonly mark: UploadMark | undefined;
  readonly isLarge: boolean;
}

/**
 * How to go on. The staging name is the version's own, so that what is there is a beginning of the same bytes, unless it is longer
 * than the object: then it is not ours.
 */
export function uploadStart({ sizeBytes, stagedBytes = 0, mark, isLarge }: UploadSoFar): UploadStart {
  const goesOnNowhere = mark?.restart === 'refused' && mark.append === 'refused';
  const anew: UploadStart = { kind: 'anew', extent: goesOnNowhere ? 'in-one-piece' : 'as-far-as-it-goes' };
  if (stagedBytes > sizeBytes) return anew;
  const isKnownEnd = stagedBytes > 0 && mark?.endedBytes === stagedBytes;
  if (isKnownEnd && stagedBytes === sizeBytes) return { kind: 'whole' };
  if (!isLarge && mark === undefined && stagedBytes < worthGoingOnBytes) return anew;
  if (mark?.restart !== 'refused') {
    const offset = isKnownEnd ? stagedBytes : lastStep(Math.min(stagedBytes, sizeBytes - 1));
    return offset > 0 ? { kind: 'restart', offset } : anew;
  }
  return isKnownEnd && mark.append !== 'refused' ? { kind: 'append', offset: stagedBytes } : anew;
}

function lastStep(bytes: number): number {
  return Math.floor(bytes / stepBytes) * stepBytes;
}

/** The mark of an invocation that begins, and what it has found there. */
export function begunMark(
  versionId: string,
  before: UploadMark | undefined,
  stagedBytes = 0,
): { readonly mark: UploadMark; readonly hasGrown: boolean } {
  const hasGrown = before !== undefined && stagedBytes > before.reachedBytes;
  const mark: UploadMark = {
    versionId,
    reachedBytes: Math.max(stagedBytes, before?.reachedBytes ?? 0),
    idle: before === undefined || hasGrown ? 0 : before.idle + 1,
    endedBytes: undefined,
    restart: before?.restart,
    append: before?.append,
  };
  return { mark, hasGrown };
}

/** So many invocations in a row that come no further are no accident. More than the tries that fail with a word of why. */
const mostIdle = 10;

export function isStuck({ idle }: UploadMark): boolean {
  return idle >= mostIdle;
}

export interface SentPiece {
  readonly offset: number;
  readonly sentBytes: number;
  /** Of the whole object. */
  readonly sizeBytes: number;
  /** What was under the staging name before, and what is now. */
  readonly stagedBefore: number;
  readonly stagedAfter: number | undefined;
}

/**
 * Whether a piece has gone where it belongs. vsftpd and ProFTPD leave what is there behind the offset, Pure-FTPd cuts it off; a
 * server that ignores REST has the piece alone, or the longer of the two; one that appends has both.
 */
export function isInPlace(piece: SentPiece): boolean {
  const { offset, sentBytes, sizeBytes, stagedBefore, stagedAfter } = piece;
  const end = offset + sentBytes;
  if (stagedAfter === end) return true;
  if (end === sizeBytes || stagedAfter === undefined || stagedAfter > sizeBytes) return false;
  // A session of a lost invocation may have written on; what it writes are the same bytes.
  return stagedAfter > end && stagedAfter !== stagedBefore + sentBytes;
}

/** The share of an invocation, and the most of it, that is kept for what follows the last byte: the final reply, SIZE, the mark. */
const endingShare = 1 / 8;
const endingMs = 60_000;

/** When an upload is ended so that another invocation goes on, counted back from when all work must stop. */
export function endBeforeMs(invocationMs: number): number {
  return Math.min(endingMs, invocationMs * endingShare);
}

/** What must be left of the time to work, as a share of it: enough for all of an object, or to come further at all. */
const leastShares = { 'in-one-piece': 0.6, 'as-far-as-it-goes': 0.25 } as const;

/** Whether so little is left of an invocation that a fresh one should do it. */
export function isTooLate(
  start: UploadStart,
  work: { readonly leftMs: number; readonly totalMs: number },
): boolean {
  const extent = start.kind === 'anew' ? start.extent : 'as-far-as-it-goes';
  return work.leftMs < work.totalMs * leastShares[extent];
}

/** How fast a server, or a function that reads from S3, hashes a file at least, as far as one can know. */
const hashBytesPerSecond = 50_000_000;

/** How long a hash of a file is expected to take. */
export function hashMs(sizeBytes: number): number {
  return (sizeBytes / hashBytesPerSecond) * 1000;
}
