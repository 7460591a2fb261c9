import {
  frontierDirectorySchema,
  type ListingState,
  listingStateSchema,
} from '../../contract/documents/listing-documents.ts';
import { documentNames, numbered } from '../../contract/documents/run-folder.ts';
import type { FrontierDirectory } from '../../core/listing/listing.ts';
import type { RemotePath } from '../../core/path/remote-path.ts';
import type { Bucket } from '../../s3/bucket.ts';
import { getJson, putJson, readJsonLines } from '../../s3/documents/documents.ts';
import { JsonLinesWriter } from '../../s3/documents/json-lines-writer.ts';

/** The position of a listing between two rounds. */
export interface ListingPosition {
  readonly state: ListingState;
  readonly frontier: readonly FrontierDirectory[];
}

/** The position of a listing that has not begun. */
export function listingStart(remote: RemotePath): ListingPosition {
  const state: ListingState = {
    directories: 0,
    files: 0,
    incompleteDirectories: 0,
    shards: [],
    largeDirectories: [],
    found: 1,
    nextShard: 0,
    zoneSamples: [],
  };
  return { state, frontier: [{ path: remote, cuts: 0 }] };
}

/**
 * Saves the position of a round. The state is written last: with it, the round counts. A repeated round
 * overwrites its own position.
 * @throws StorageError
 */
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

/** The position that a round has saved. @throws StorageError; Error where the round did not end */
export async function readListingPosition(
  runs: Bucket,
  folder: string,
  round: number,
): Promise<ListingPosition> {
  const state = await getJson(runs, stateKey(folder, round), listingStateSchema);
  if (state === undefined)
    throw new Error(`Round ${round} of the listing did not write ${stateKey(folder, round)}.`);
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
