/**
 * A range of keys of an index: `from <= key < until` in the order of their UTF-8 bytes; undefined is no
 * limit.
 */
export interface KeyScan {
  readonly bucket: string;
  readonly from: string;
  readonly until: string | undefined;
  readonly limit: number;
}

interface PageRequest {
  readonly bucket: string;
  readonly prefix: string;
  /** Empty for no common prefixes. */
  readonly delimiter: string;
  /** The smallest key of the page. */
  readonly from: string;
  /** The limit of entries and common prefixes together. */
  readonly limit: number;
}

interface Page<Entry> {
  readonly entries: readonly Entry[];
  readonly commonPrefixes: readonly string[];
  /** The `from` of the next page; undefined on the last page. */
  readonly next: string | undefined;
}

/** Small, because all of it is wasted when one common prefix contains it. */
const minScanSize = 100;

/**
 * One page of a listing ("ListObjectsV2"). Keys with a common prefix up to the delimiter are combined and
 * count as one.
 */
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
    const scanned = Math.max(minScanSize, limit - entries.length - commonPrefixes.length + 1);
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

/** The smallest key that is greater than this one. */
export function keyAfter(key: string): string {
  return `${key}\0`;
}

/** The smallest string that is greater than every key with the prefix; undefined when there is none. */
export function keyAfterPrefix(prefix: string): string | undefined {
  const codePoints = Array.from(prefix, (character) => character.codePointAt(0) ?? 0);
  while (codePoints.length > 0) {
    const last = codePoints.pop() ?? 0;
    if (last === 0x10ffff) continue;
    // UTF-8 text has no surrogates.
    return String.fromCodePoint(...codePoints, last === 0xd7ff ? 0xe000 : last + 1);
  }
  return undefined;
}

function latest(left: string, right: string): string {
  return isBefore(left, right) ? right : left;
}

/** Compares UTF-8 bytes. JavaScript compares UTF-16 units, which would order U+FF5E after an emoji. */
function isBefore(left: string, right: string): boolean {
  return Buffer.compare(Buffer.from(left), Buffer.from(right)) < 0;
}
