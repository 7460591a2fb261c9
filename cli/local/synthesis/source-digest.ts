import { createHash, type Hash } from 'node:crypto';
import { type Dirent, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/**
 * A digest of the names and contents of files and folders, and of a word beside them; equal inputs give equal digests.
 * @param except folders that do not count, as they are named on the way.
 */
export function sourceDigest(
  paths: readonly string[],
  { word = '', except = [] }: { readonly word?: string; readonly except?: readonly string[] } = {},
): string {
  const hash = createHash('sha256').update(`${word}\n`);
  for (const path of paths) addPath(path, hash, except);
  return hash.digest('hex').slice(0, 32);
}

function addPath(path: string, hash: Hash, except: readonly string[]): void {
  if (except.includes(path)) return;
  const entries = entriesOf(path);
  if (entries === undefined) {
    const bytes = readFileSync(path);
    hash.update(`${path}\n${bytes.length}\n`).update(bytes);
    return;
  }
  const names = entries.map(({ name }) => name).toSorted();
  for (const name of names) addPath(join(path, name), hash, except);
}

/** Undefined for a file. */
function entriesOf(path: string): Dirent[] | undefined {
  try {
    return readdirSync(path, { withFileTypes: true });
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOTDIR') return undefined;
    throw error;
  }
}
