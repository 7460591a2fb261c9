import { createHash } from 'node:crypto';

/**
 * The position of a file among all files of a flow: by its directory, then by its name, both compared by
 * {@link compareUtf8}. The two strings are also the ledger's keys.
 */
export interface FileOrder {
  /** The part of the ledger's partition key that identifies the directory. */
  readonly directory: string;
  /** The ledger's sort key. */
  readonly name: string;
}

/** A sort key has at most 1,024 bytes. A longer name is hashed; the ledger keeps it as an attribute. */
const maxNameBytes = 1000;

/**
 * The order of a path in the ledger; a listing in the same order can be merged with it. Different paths have
 * different orders. Object keys may have empty components, which no sort key may be: `~` stands for the empty
 * directory of a key that begins with a slash, and for the empty name of one that ends with a slash.
 */
export function fileOrder(relativePath: string): FileOrder {
  const slash = relativePath.lastIndexOf('/');
  const name = relativePath.slice(slash + 1);
  const directory = directoryOrder(slash === -1 ? '' : relativePath.slice(0, slash));
  return { directory: slash === 0 ? `${directory}~` : directory, name: nameOrder(name) };
}

/**
 * The order of a directory.
 * @param directory the path below the flow's remote directory; empty for that directory itself.
 */
export function directoryOrder(directory: string): string {
  return shorten(directory);
}

export function nameOrder(name: string): string {
  return name === '' ? '~' : shorten(name);
}

/**
 * Hashes long texts, and those that begin like a hash, so that no text has the hash of another one for its
 * name.
 */
function shorten(text: string): string {
  if (Buffer.byteLength(text) <= maxNameBytes && !text.startsWith('~')) return text;
  return `~${createHash('sha256').update(text).digest('hex')}`;
}

/**
 * Compares two texts by their UTF-8 bytes, like sort keys in DynamoDB: negative, zero or positive. JavaScript
 * compares UTF-16 units, which puts characters beyond U+FFFF (surrogate pairs) before U+E000 to U+FFFF.
 */
export function compareUtf8(a: string, b: string): number {
  if (a === b) return 0;
  const length = Math.min(a.length, b.length);
  for (let index = 0; index < length; index++) {
    const left = a.charCodeAt(index);
    const right = b.charCodeAt(index);
    if (left !== right) return rank(left) - rank(right);
  }
  return a.length - b.length;
}

/** Ranks surrogates behind all other UTF-16 units. */
function rank(unit: number): number {
  if (unit < 0xd800) return unit;
  return unit < 0xe000 ? unit + 0x2000 : unit - 0x800;
}
