import { createHash } from 'node:crypto';

/** Where a file stands among all files of a flow: first by its directory, then by its name. Both are compared by {@link compareUtf8}. */
export interface FileOrder {
  /** What tells the directory's entries from those of others in the ledger's partition key. */
  readonly directory: string;
  /** The ledger's sort key. */
  readonly name: string;
}

/** A sort key may have 1,024 bytes; a name that is longer is hashed, and kept as an attribute besides. */
const longestNameBytes = 1000;

/**
 * The order that the ledger keeps files in, so that a listing in the same order can be merged with it. Its own for every text.
 * Objects may have keys that no file has: a lone mark stands for the empty directory of what begins with a slash, and for the
 * empty name of what ends with one, since no sort key may be empty.
 */
export function fileOrder(relativePath: string): FileOrder {
  const slash = relativePath.lastIndexOf('/');
  const name = relativePath.slice(slash + 1);
  const directory = directoryOrder(slash === -1 ? '' : relativePath.slice(0, slash));
  return { directory: slash === 0 ? `${directory}~` : directory, name: nameOrder(name) };
}

/** @param directory the path below the flow's remote directory; empty for that directory itself. */
export function directoryOrder(directory: string): string {
  return shortened(directory);
}

export function nameOrder(name: string): string {
  return name === '' ? '~' : shortened(name);
}

/** A name that begins with the mark of a hash is hashed too, or a file named like another one's hash would share its entry. */
function shortened(text: string): string {
  if (Buffer.byteLength(text) <= longestNameBytes && !text.startsWith('~')) return text;
  return `~${createHash('sha256').update(text).digest('hex')}`;
}

/**
 * Negative, zero or positive, as the bytes of the texts in UTF-8 compare: the order of sort keys in the table. JavaScript compares
 * by UTF-16 units, which puts what lies beyond U+FFFF (two surrogates) in front of U+E000 to U+FFFF.
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

/** Puts surrogates behind all other units. */
function rank(unit: number): number {
  if (unit < 0xd800) return unit;
  return unit < 0xe000 ? unit + 0x2000 : unit - 0x800;
}
