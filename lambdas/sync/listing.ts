import type { RemoteFile } from './remote-file.ts';
import type { PathFault, RemotePath } from './remote-path.ts';

/** What is known of a directory when its listing has ended. Its names were told before, as {@link ListingLine}s. */
export interface ListingVerdict {
  readonly directory: RemotePath;
  /** Each once. */
  readonly subdirectories: readonly RemotePath[];
  /** Why the listing cannot be trusted as a whole. Empty: complete. */
  readonly faults: readonly ListingFault[];
}

/** What the server said of one directory. */
export interface DirectoryListing extends ListingVerdict {
  readonly files: readonly RemoteFile[];
  /** Links, devices, sockets: seen, counted, never followed. */
  readonly skipped: readonly SkippedEntry[];
  /** Names that cannot be a path here. They are reported, and nothing is done with them. */
  readonly refused: readonly RefusedName[];
}

/** A directory that is still to be listed. */
export interface FrontierDirectory {
  readonly path: RemotePath;
  /** How many invocations ended while they listed it. */
  readonly cuts: number;
}

export interface SkippedEntry {
  readonly name: string;
  readonly kind: 'link' | 'special';
}

export interface RefusedName {
  /** The name with what cannot be shown escaped, so that it is safe in a log. */
  readonly shownName: string;
  readonly fault: PathFault;
}

/** One name of a listing, as the shards of a run's listing keep it. Subdirectories have none: they are walked, not planned. */
export type ListingLine =
  | { readonly kind: 'file'; readonly file: RemoteFile }
  | { readonly kind: 'skipped'; readonly directory: RemotePath; readonly entry: SkippedEntry }
  | { readonly kind: 'refused'; readonly directory: RemotePath; readonly name: RefusedName };

/** A directory with more lines than this is planned in several chunks, and what a decision needs of the others is gathered before. */
export const linesPerChunk = 5_000;

export type ListingFault =
  | { readonly kind: 'line-not-understood'; readonly line: string }
  | { readonly kind: 'cut-short'; readonly detail: string }
  | { readonly kind: 'truncated-by-server'; readonly reply: string }
  /** More entries than this, or lines or bytes than so many can need; or more directories in the whole tree. */
  | { readonly kind: 'too-many-entries'; readonly limit: number }
  | { readonly kind: 'too-deep'; readonly limit: number }
  | { readonly kind: 'denied'; readonly replyCode: number | undefined; readonly detail: string }
  | { readonly kind: 'failed'; readonly detail: string };

/** A listing counts only whole: a directory with any fault is never taken as empty or as shrunken. */
export function isComplete(listing: ListingVerdict): boolean {
  return listing.faults.length === 0;
}
