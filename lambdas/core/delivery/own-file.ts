import type { DeliveredVersion, StartedRename, TargetStat } from './delivery-record.ts';
import type { HashComparison } from './unconfirmed-rename.ts';

/** A file at the partner, as far as the server tells; undefined: none. */
export type FoundFile =
  | {
      readonly sizeBytes: number | undefined;
      readonly modified: { readonly raw: string; readonly wallClock?: string } | undefined;
    }
  | undefined;

/** What the ledger knows of files that we have put at the target. */
export interface KnownFiles {
  readonly path: string;
  readonly delivered: DeliveredVersion | undefined;
  /** What a try of any version began and did not finish: an upload under the final name counts. */
  readonly begun: StartedRename | undefined;
}

/**
 * Whose file is at the target. `part`: of an upload under the final name that was not finished. `whole`: what
 * we delivered at that time, unchanged since. `foreign`: all that the ledger does not prove to be ours.
 */
export type FileOwner =
  | { readonly kind: 'foreign' | 'part' }
  | { readonly kind: 'whole'; readonly at: Date; readonly sizeBytes: number };

/**
 * Tells our own file from somebody else's. A delivered one has the size and, where the server tells it, the
 * modified time of its delivery. An unfinished one is where nothing of others was right before, is no larger
 * than what we sent, and is as old as the try.
 */
export function fileOwner(
  target: FoundFile,
  { path, delivered, begun }: KnownFiles,
  targetHash: HashComparison = 'not-told',
): FileOwner {
  if (target === undefined) return { kind: 'foreign' };
  const isDelivered = delivered?.path === path && isSameFile(target, delivered);
  if (delivered !== undefined && isDelivered)
    return { kind: 'whole', at: delivered.deliveredAt, sizeBytes: delivered.sizeBytes };
  if (begun?.write === undefined || !isOfTry(target, begun)) return { kind: 'foreign' };
  const isWhole = target.sizeBytes === begun.write.sizeBytes && targetHash !== 'differs';
  return isWhole ? { kind: 'whole', at: begun.at, sizeBytes: begun.write.sizeBytes } : { kind: 'part' };
}

/** A server's clock may run in any zone, and be some minutes wrong. */
const maxClockMs = 15 * 60 * 60_000;

/**
 * Whether a file is what an upload under the final name has left. Its time is compared coarsely: no command
 * tells the server's clock.
 */
function isOfTry(target: NonNullable<FoundFile>, { at, before, write }: StartedRename): boolean {
  if (write === undefined || target.sizeBytes === undefined || target.sizeBytes > write.sizeBytes)
    return false;
  if (before !== undefined && isSameFile(target, before)) return write.isBeforeOurs;
  const { wallClock } = target.modified ?? {};
  if (wallClock === undefined) return true;
  const writtenMs = Date.parse(`${wallClock}Z`);
  return writtenMs > at.getTime() - maxClockMs && writtenMs < write.until.getTime() + maxClockMs;
}

function isSameFile(target: NonNullable<FoundFile>, { sizeBytes, modified }: Partial<TargetStat>): boolean {
  return target.sizeBytes === sizeBytes && target.modified?.raw === modified;
}

/**
 * Finds out what became of an upload under the final name whose end is unknown. `happened`: all of it is
 * there, so it need not be sent again. `not-known`: a reader may have taken the whole file, or the target
 * looks as before.
 */
export function resolveWrite({
  sizeBytes,
  begun,
  target,
  targetHash,
}: {
  readonly sizeBytes: number;
  readonly begun: StartedRename;
  readonly target: FoundFile;
  readonly targetHash: HashComparison;
}): 'happened' | 'did-not-happen' | 'not-known' {
  if (target === undefined) return 'not-known';
  const isAsBefore = begun.before !== undefined && isSameFile(target, begun.before);
  if (target.sizeBytes !== sizeBytes)
    return isAsBefore || isOfTry(target, begun) ? 'did-not-happen' : 'not-known';
  if (isAsBefore || !isOfTry(target, begun)) return 'not-known';
  return targetHash === 'differs' ? 'did-not-happen' : 'happened';
}
