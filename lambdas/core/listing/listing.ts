import type { PathErrorKind, RemotePath } from '../path/remote-path.ts';
import type { RemoteFile } from './remote-file.ts';

/**
 * The result of listing a directory, apart from its names, which are reported before as {@link ListingLine}s.
 */
export interface ListingVerdict {
  readonly directory: RemotePath;
  /** Without duplicates. */
  readonly subdirectories: readonly RemotePath[];
  /** Why the listing is incomplete; empty if it is complete. */
  readonly errors: readonly ListingError[];
}

/** The listing of one directory. */
export interface DirectoryListing extends ListingVerdict {
  readonly files: readonly RemoteFile[];
  /** Links, devices, sockets: they are counted, and never followed. */
  readonly skipped: readonly SkippedEntry[];
  /** Names that are not valid path components. They are reported and not transferred. */
  readonly refused: readonly RefusedName[];
}

/** A directory that is not listed yet. */
export interface FrontierDirectory {
  readonly path: RemotePath;
  /** The number of invocations that ended while they listed it. */
  readonly cuts: number;
}

export interface SkippedEntry {
  readonly name: string;
  readonly kind: 'link' | 'special';
}

export interface RefusedName {
  /** The name with control characters escaped, safe to log. */
  readonly shownName: string;
  readonly error: PathErrorKind;
}

/**
 * One name of a listing, a line in the shards of a run's listing. Subdirectories have no lines: they are
 * walked, not planned.
 */
export type ListingLine =
  | { readonly kind: 'file'; readonly file: RemoteFile }
  | { readonly kind: 'skipped'; readonly directory: RemotePath; readonly entry: SkippedEntry }
  | { readonly kind: 'refused'; readonly directory: RemotePath; readonly name: RefusedName };

/**
 * A directory with more lines than this is planned in several chunks; what a decision needs to know about all
 * of the directory is collected first.
 */
export const linesPerChunk = 5_000;

export type ListingError =
  | { readonly kind: 'line-not-understood'; readonly line: string }
  | { readonly kind: 'cut-short'; readonly detail: string }
  | { readonly kind: 'truncated-by-server'; readonly reply: string }
  /**
   * More entries in the directory than the limit, more lines or bytes than that many entries can have, or
   * more directories in the whole tree.
   */
  | { readonly kind: 'too-many-entries'; readonly limit: number }
  | { readonly kind: 'too-deep'; readonly limit: number }
  | { readonly kind: 'denied'; readonly replyCode: number | undefined; readonly detail: string }
  | { readonly kind: 'failed'; readonly detail: string };

/** What made a listing incomplete, as reports and the doctor show it. */
export function listingErrorText(error: ListingError): string {
  switch (error.kind) {
    case 'line-not-understood':
      return `a line could not be read with certainty: ${error.line}`;
    case 'cut-short':
      return `the listing ended early: ${error.detail}`;
    case 'truncated-by-server':
      return `the server omitted names: ${error.reply}`;
    case 'too-many-entries':
      return `more than ${error.limit} entries`;
    case 'too-deep':
      return `more than ${error.limit} directories deep`;
    case 'denied':
    case 'failed':
      return `${error.kind}: ${error.detail}`;
  }
  return error satisfies never;
}

/** Whether the whole directory was listed. An incomplete listing never counts as empty or as shrunken. */
export function isComplete(listing: ListingVerdict): boolean {
  return listing.errors.length === 0;
}
