import { createHash, type Hash } from 'node:crypto';
import { type Dirent, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/**
 * A digest of the names and contents of the files and folders. Equal inputs have equal digests.
 * @param salt is part of the digest.
 * @param except paths that are not part of the digest.
 */
export function sourceDigest(
  paths: readonly string[],
  { salt = '', except = [] }: { readonly salt?: string; readonly except?: readonly string[] } = {},
): string {
  const hash = createHash('sha256').update(`${salt}\n`);
  for (const path of paths) addPath(path, hash, except);
  return hash.digest('hex').slice(0, 32);
}

function addPath(path: string, hash: Hash, except: readonly string[]): void {
  if (except.includes(path)) return;
  const entries = readEntries(path);
  if (entries === undefined) {
    const bytes = readFileSync(path);
    hash.update(`${path}\n${bytes.length}\n`).update(bytes);
    return;
  }
  const names = entries.map(({ name }) => name).toSorted();
  for (const name of names) addPath(join(path, name), hash, except);
}

/** The entries of a folder; undefined for a file. */
function readEntries(path: string): Dirent[] | undefined {
  try {
    return readdirSync(path, { withFileTypes: true });
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOTDIR') return undefined;
    throw error;
  }
}
