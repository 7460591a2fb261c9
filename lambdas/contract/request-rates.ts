/**
 * Numbers that decide how many requests a run makes of S3 and DynamoDB. The functions work by them, and
 * `ftps-sync cost` counts by them.
 */

/** Lines of a listing that ListRemote holds, about 20 MB, before it writes them as a shard: one PUT each. */
export const maxShardLines = 50_000;

/** What PlanRun holds of all shards together: for each, the block in use and the next one. */
const allBlocksBytes = 16 * 1024 * 1024;
const maxBlockBytes = 256 * 1024;
const minBlockBytes = 16 * 1024;

/** The size of the blocks in which PlanRun reads each of so many shards: one GET each. */
export function listingBlockBytes(shards: number): number {
  const perShardBytes = Math.floor(allBlocksBytes / 2 / Math.max(shards, 1));
  return Math.min(maxBlockBytes, Math.max(minBlockBytes, perShardBytes));
}

/** Between two writes of a step's progress: often enough for a person who watches, and cheap. */
export const progressIntervalMs = 1000;

/** Between two renewals of a connection slot: two may fail before the slot expires. */
export const slotRenewalMs = 20_000;

/** A new file up to this size is uploaded without a HEAD of its key: a download takes no longer. */
export const smallFileBytes = 1024 * 1024;
