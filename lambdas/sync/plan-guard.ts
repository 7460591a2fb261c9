/** How much of a flow a listing shows, against how much was there when the last run ended. */
export interface ListingSize {
  /** Files listed now, in directories that were read whole. */
  readonly files: number;
  /** Directories that were not read whole: what they hold is unknown, so nothing can be said to be missing. */
  readonly incompleteDirectories: number;
  /** Files that the last good run left at the partner; undefined before the first. */
  readonly filesLeftBefore: number | undefined;
}

export type GuardVerdict =
  | { readonly kind: 'go' }
  | { readonly kind: 'halt'; readonly reason: 'empty-listing' | 'sharp-shrink'; readonly message: string };

/** Fewer files than this may come and go without meaning anything. */
const fewFiles = 10;

/** The share of files that may be gone at once. rclone bisync's --max-delete stops at the same half. */
const tolerableShare = 0.5;

/**
 * Halts a run whose listing is empty or has shrunk sharply: some servers answer so for a directory that is not mounted,
 * not readable, or not the one that was meant. A person looks, and goes on with `approve RUN`, or with `run --accept-listing`.
 */
export function guardListing(size: ListingSize): GuardVerdict {
  const before = size.filesLeftBefore;
  if (before === undefined || before === 0 || size.incompleteDirectories > 0) return { kind: 'go' };
  if (size.files === 0) {
    return halt('empty-listing', `The listing is empty; the last run left ${before} files there.`);
  }
  if (before >= fewFiles && size.files < before * tolerableShare) {
    return halt('sharp-shrink', `The listing shows ${size.files} files; the last run left ${before} there.`);
  }
  return { kind: 'go' };
}

function halt(reason: 'empty-listing' | 'sharp-shrink', what: string): GuardVerdict {
  const remedy = 'Look at the partner; if this is right, run again with --accept-listing.';
  return { kind: 'halt', reason, message: `${what} Nothing was moved. ${remedy}` };
}

/** What a person has said of such a listing. */
export interface Acceptance {
  /** Any listing is right. */
  readonly acceptListing: boolean;
  /** One with exactly these counts is, for the listing of that run was looked at. */
  readonly approved?: (ListingCounts & { readonly run: string }) | undefined;
}

export interface ListingCounts {
  readonly files: number;
  readonly directories: number;
}

type Halt = Extract<GuardVerdict, { kind: 'halt' }>;

/** The halt that remains; undefined where a person has accepted this very listing. */
export function haltUnlessAccepted(
  halted: Halt,
  { acceptListing, approved }: Acceptance,
  { files, directories }: ListingCounts,
): Halt | undefined {
  if (acceptListing) return undefined;
  if (approved === undefined) return halted;
  if (approved.files === files && approved.directories === directories) return undefined;
  const before = `${approved.files} files in ${approved.directories} directories`;
  const now = `${files} in ${directories}`;
  return {
    ...halted,
    message: `${halted.message} It is not the listing of run ${approved.run} either, which was approved: that had ${before}, this has ${now}.`,
  };
}
