import type { DeliveryRecord } from './delivery-record.ts';

/** An object as a listing of the bucket has it: without its version. */
export interface ListedFacts {
  readonly etag: string;
  /** When S3 got its current version. */
  readonly modifiedAt: Date;
}

/** `compare-version`: only the id of the current version tells whether it is the delivered one. */
export type ListedStep = 'deliver' | 'delivered' | 'compare-version';

/**
 * S3 tells when it got an object in seconds. A delivery that ended later than this after the object's time
 * had looked at the current version after that second: a rename takes 30 s at most, and clocks differ a
 * little.
 */
const sameSecondMs = 60_000;

/**
 * Whether the current version of a listed object is the delivered one. Versions with equal bytes have equal
 * ETags, so an equal ETag proves nothing: every put is to be delivered, as is a flag file with the same
 * content every day. A put has its own time, unless it came within the same second. The delivered version
 * was current at its delivery, so only a version that was delivered within that second leaves a doubt, and a
 * later event or failed try.
 */
export function listedStep({ etag, modifiedAt }: ListedFacts, record: DeliveryRecord): ListedStep {
  const { claimed, delivered, lastError, replay } = record;
  if (delivered === undefined || delivered.etag !== etag || replay !== undefined) return 'deliver';
  if (lastError !== undefined) return 'compare-version';
  if (claimed !== undefined && claimed.versionId !== delivered.versionId) return 'compare-version';
  if (delivered.modifiedAt === undefined) return 'compare-version';
  if (toSecond(delivered.modifiedAt) !== toSecond(modifiedAt)) return 'compare-version';
  const isSameSecond = delivered.deliveredAt.getTime() - modifiedAt.getTime() < sameSecondMs;
  return isSameSecond ? 'compare-version' : 'delivered';
}

/** A listing may have milliseconds, and a HEAD has none. */
function toSecond(date: Date): number {
  return Math.floor(date.getTime() / 1000);
}
