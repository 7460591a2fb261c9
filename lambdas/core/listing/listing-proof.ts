import { hash } from 'node:crypto';
import type { ListingError } from './listing.ts';

/** How one transmission of a listing ended, and what it contained. */
export interface ListingEnd {
  /** The server ended the data with TLS close_notify, so nothing is missing at its end. */
  readonly isProven: boolean;
  readonly entries: number;
  /** {@link EntriesDigest.value}. */
  readonly digest: string;
}

/**
 * Whether a listing is whole, as far as its end is concerned. A 226 does not prove it: servers send it after
 * a broken data connection too. A bare FIN at the end of a line looks like the end of the listing, and some
 * servers end every listing in this way; then a second listing must have the same names.
 * @param second undefined: there is none yet.
 */
export function proveListing(
  first: ListingEnd,
  second: ListingEnd | undefined,
): 'whole' | 'list-again' | Extract<ListingError, { kind: 'cut-short' }> {
  if (first.isProven) return 'whole';
  if (second === undefined) return 'list-again';
  if (first.digest === second.digest && first.entries === second.entries) return 'whole';
  const counts = `${first.entries} entries, then ${second.entries}`;
  const detail = `the server closed the data connection without TLS close_notify, and a second listing differs (${counts})`;
  return { kind: 'cut-short', detail };
}

/** Six bytes of each hash: sums stay exact, and two listings of a million names differ for certain. */
const digestBytes = 6;
const digestRange = 2 ** (8 * digestBytes);

/**
 * A digest of a set of entries that does not depend on their order: a listing by date changes its order while
 * a file is written.
 */
export class EntriesDigest {
  #sum = 0;

  /** @param entry its kind and name, not its size and time, which change while a file is written. */
  add(entry: string): void {
    const bytes = hash('sha1', entry, 'buffer').readUIntBE(0, digestBytes);
    this.#sum = (this.#sum + bytes) % digestRange;
  }

  get value(): string {
    return this.#sum.toString(16);
  }
}
