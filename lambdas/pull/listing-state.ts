import {
  frontierDirectorySchema,
  type ListingState,
  listingStateSchema,
} from '../contract/listing-documents.ts';
import { documentNames, numbered } from '../contract/run-folder.ts';
import type { Bucket } from '../s3/bucket.ts';
import { getJson, putJson, readJsonLines } from '../s3/documents.ts';
import { JsonLinesWriter } from '../s3/json-lines-writer.ts';
import type { FrontierDirectory } from '../sync/listing.ts';
import type { RemotePath } from '../sync/remote-path.ts';

/** Where a round of the listing begins, or has ended. */
export interface ListingPosition {
  readonly state: ListingState;
  readonly frontier: readonly FrontierDirectory[];
}

/** A listing of which nothing is known yet. */
export function listingStart(remote: RemotePath): ListingPosition {
  const state: ListingState = {
    directories: 0,
    files: 0,
    incompleteDirectories: 0,
    shards: [],
    largeDirectories: [],
    found: 1,
    nextShard: 0,
    undated: [],
  };
  return { state, frontier: [{ path: remote, cuts: 0 }] };
}

/** The state is written last: with it, the round counts. A repeated round overwrites its own. @throws StorageError */
export async function saveListingPosition(
  runs: Bucket,
  folder: string,
  round: number,
  { state, frontier }: ListingPosition,
): Promise<void> {
  const lines = new JsonLinesWriter(runs, frontierKey(folder, round));
  try {
    for (const directory of frontier) await lines.write(directory);
    await lines.commit();
  } finally {
    await lines.abort();
  }
  await putJson(runs, stateKey(folder, round), state);
}

/** How far the round had come. @throws StorageError; an Error where it did not come to its end. */
export async function readListingPosition(
  runs: Bucket,
  folder: string,
  round: number,
): Promise<ListingPosition> {
  const state = await getJson(runs, stateKey(folder, round), listingStateSchema);
  if (state === undefined)
    throw new Error(`Round ${round} of the listing has left no ${stateKey(folder, round)}.`);
  const frontier = await Array.fromAsync(
    readJsonLines(runs, frontierKey(folder, round), frontierDirectorySchema),
  );
  return { state, frontier };
}

function stateKey(folder: string, round: number): string {
  return `${folder}${documentNames.listingState}${String(round).padStart(6, '0')}.json`;
}

function frontierKey(folder: string, round: number): string {
  return `${folder}${documentNames.listingState}frontier-${numbered(round)}`;
}
