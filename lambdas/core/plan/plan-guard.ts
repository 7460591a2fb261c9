/** The size of a listing, compared with the number of files when the last run ended. */
export interface ListingSize {
  /** Files listed now, in completely listed directories. */
  readonly files: number;
  /** Directories that were not listed completely; their content is unknown, so no file counts as missing. */
  readonly incompleteDirectories: number;
  /** Files that the last successful run left at the partner; undefined before the first one. */
  readonly filesRemainingBefore: number | undefined;
}

export type GuardVerdict =
  | { readonly kind: 'go' }
  | { readonly kind: 'halt'; readonly reason: 'empty-listing' | 'listing-shrunk'; readonly message: string };

/** Below this number of files, a shrunken listing is normal. */
const minGuardedFiles = 10;

/** The share of the files that must still be listed. It is the default of rclone bisync's --max-delete. */
const minRemainingShare = 0.5;

/**
 * Halts a run whose listing is empty or much shorter than before: some servers list a directory in this way
 * if it is not mounted or not readable. An operator checks the partner, and resumes with `approve RUN` or
 * `run --accept-listing`.
 */
export function guardListing(size: ListingSize): GuardVerdict {
  const before = size.filesRemainingBefore;
  if (before === undefined || before === 0 || size.incompleteDirectories > 0) return { kind: 'go' };
  if (size.files === 0) {
    return halt('empty-listing', `The listing is empty; the last run left ${before} files at the partner.`);
  }
  if (before >= minGuardedFiles && size.files < before * minRemainingShare) {
    return halt(
      'listing-shrunk',
      `The listing has ${size.files} files; the last run left ${before} at the partner.`,
    );
  }
  return { kind: 'go' };
}

function halt(reason: 'empty-listing' | 'listing-shrunk', what: string): GuardVerdict {
  const remedy =
    'Check the partner. If the listing is right, resume with `npx ftps-sync approve RUN --reason TEXT`, which is recorded ' +
    'and holds for exactly this listing. `run PARTNER FLOW --accept-listing` accepts any listing.';
  return { kind: 'halt', reason, message: `${what} Nothing was transferred. ${remedy}` };
}

/** An operator's approval of such a listing. */
export interface Acceptance {
  /** Accepts any listing. */
  readonly acceptListing: boolean;
  /** Accepts a listing with exactly the counts of the run that the operator checked. */
  readonly approved?: (ListingCounts & { readonly run: string }) | undefined;
}

export interface ListingCounts {
  readonly files: number;
  readonly directories: number;
}

type Halt = Extract<GuardVerdict, { kind: 'halt' }>;

/** The halt; undefined if an operator has accepted this listing. */
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
    message: `${halted.message} The approval of run ${approved.run} does not apply: that listing had ${before}, this one has ${now}.`,
  };
}
