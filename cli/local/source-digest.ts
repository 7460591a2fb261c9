import { createHash } from 'node:crypto';
import { type Dirent, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** A digest of the names and contents of files and folders, in an order of its own: equal inputs give equal digests. */
export function sourceDigest(paths: readonly string[], ...others: readonly string[]): string {
  const hash = createHash('sha256');
  for (const each of others) hash.update(`${each.length}:${each}\n`);
  for (const path of paths) addPath(path, hash);
  return hash.digest('hex').slice(0, 32);
}

function addPath(path: string, hash: ReturnType<typeof createHash>): void {
  const entries = entriesOf(path);
  if (entries === undefined) {
    const bytes = readFileSync(path);
    hash.update(`${path}\n${bytes.length}\n`).update(bytes);
    return;
  }
  for (const { name } of entries.toSorted((a, b) => (a.name < b.name ? -1 : 1)))
    addPath(join(path, name), hash);
}

function entriesOf(path: string): Dirent[] | undefined {
  try {
    return readdirSync(path, { withFileTypes: true });
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOTDIR') return undefined;
    throw error;
  }
}
