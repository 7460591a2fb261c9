import type { ListingLine } from '../../core/listing/listing.ts';

export interface ListLimits {
  /**
   * A listing with more entries is aborted with a `too-many-entries` error, and the session is gone. Default:
   * 5,000,000.
   */
  readonly maxEntries?: number;
  /** The same for bytes. Default: what `maxEntries` entries can need. */
  readonly maxBytes?: number;
  /** Further subdirectories are left out with a `too-many-entries` error. Default: 1,000,000. */
  readonly maxSubdirectories?: number;
  readonly signal?: AbortSignal | undefined;
  /** The present, for LIST dates that leave out the year. */
  readonly now?: () => Date;
}

export interface ListOptions extends ListLimits {
  /**
   * Receives the names while they arrive, about a thousand at a time: in the server's order, but for those
   * that other lines have to settle. A promise pauses the server until it is fulfilled. The names count only
   * once the listing has ended. What it throws ends the session and is rethrown.
   */
  readonly onLines: (lines: readonly ListingLine[]) => Promise<void> | undefined;
}
