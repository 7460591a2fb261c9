/** Which keys to read from an index: `from <= key < until` in the order of their UTF-8 bytes; undefined: no end. */
export interface KeyScan {
  readonly bucket: string;
  readonly from: string;
  readonly until: string | undefined;
  readonly limit: number;
}

interface PageRequest {
  readonly bucket: string;
  readonly prefix: string;
  /** Empty: no common prefixes. */
  readonly delimiter: string;
  /** The first key that may be on the page. */
  readonly from: string;
  /** Entries and common prefixes together. */
  readonly limit: number;
}

interface Page<Entry> {
  readonly entries: readonly Entry[];
  readonly commonPrefixes: readonly string[];
  /** The `from` of the next page; undefined: this was the last one. */
  readonly next: string | undefined;
}

/** Few enough to be read in vain, when a common prefix hides them all. */
const smallestScan = 100;

/** One page of a listing ("ListObjectsV2"): keys that share a prefix up to the delimiter are rolled up and counted once. */
export function listPage<Entry extends { readonly key: string }>(
  request: PageRequest,
  scan: (scan: KeyScan) => readonly Entry[],
): Page<Entry> {
  const { bucket, prefix, delimiter, limit } = request;
  const entries: Entry[] = [];
  const commonPrefixes: string[] = [];
  const until = keyAfterPrefix(prefix);
  let from = isBefore(request.from, prefix) ? prefix : request.from;
  while (limit > 0) {
    const scanned = Math.max(smallestScan, limit - entries.length - commonPrefixes.length + 1);
    const found = scan({ bucket, from, until, limit: scanned });
    for (const entry of found) {
      if (isBefore(entry.key, from)) continue;
      if (entries.length + commonPrefixes.length === limit)
        return { entries, commonPrefixes, next: entry.key };
      const end = delimiter === '' ? -1 : entry.key.indexOf(delimiter, prefix.length);
      if (end < 0) {
        entries.push(entry);
        from = keyAfter(entry.key);
        continue;
      }
      const common = entry.key.slice(0, end + delimiter.length);
      commonPrefixes.push(common);
      const next = keyAfterPrefix(common);
      if (next === undefined) return { entries, commonPrefixes, next };
      from = next;
    }
    if (found.length < scanned) break;
    from = latest(from, keyAfter(found.at(-1)?.key ?? ''));
  }
  return { entries, commonPrefixes, next: undefined };
}

/** The least key greater than this one. */
export function keyAfter(key: string): string {
  return `${key}\0`;
}

/** The least text greater than everything that starts with the prefix, or undefined where there is none. */
export function keyAfterPrefix(prefix: string): string | undefined {
  const codePoints = Array.from(prefix, (character) => character.codePointAt(0) ?? 0);
  while (codePoints.length > 0) {
    const last = codePoints.pop() ?? 0;
    if (last === 0x10ffff) continue;
    // The surrogates are no characters of UTF-8 text.
    return String.fromCodePoint(...codePoints, last === 0xd7ff ? 0xe000 : last + 1);
  }
  return undefined;
}

function latest(left: string, right: string): string {
  return isBefore(left, right) ? right : left;
}

/** By UTF-8 bytes; strings of JavaScript compare by UTF-16 units, which puts U+FF5E after an emoji. */
function isBefore(left: string, right: string): boolean {
  return Buffer.compare(Buffer.from(left), Buffer.from(right)) < 0;
}
