import type { Pool } from '../../../lambdas/ftps/pool.ts';
import { type DirectorySink, type Walked, type WalkOptions, walk } from '../../../lambdas/ftps/walk.ts';
import type { DirectoryListing, ListingLine } from '../../../lambdas/sync/listing.ts';
import type { RemotePath } from '../../../lambdas/sync/remote-path.ts';

/** Hears a walk, and keeps each directory that has ended, in the order of their ends. */
export class HeardTree {
  readonly listings: DirectoryListing[] = [];
  /** Tries that ended in neither way: there must be none when a walk is over. */
  open = 0;

  get counts() {
    return {
      directories: this.listings.length,
      files: this.listings.reduce((sum, { files }) => sum + files.length, 0),
      incomplete: this.listings.filter(({ faults }) => faults.length > 0).length,
    };
  }

  readonly sinkFor = (): DirectorySink => {
    const lines: ListingLine[] = [];
    this.open += 1;
    return {
      add: (more) => void lines.push(...more),
      end: async (verdict) => {
        this.open -= 1;
        this.listings.push({
          ...verdict,
          files: lines.flatMap((line) => (line.kind === 'file' ? [line.file] : [])),
          skipped: lines.flatMap((line) => (line.kind === 'skipped' ? [line.entry] : [])),
          refused: lines.flatMap((line) => (line.kind === 'refused' ? [line.name] : [])),
        });
      },
      abandon: () => {
        this.open -= 1;
      },
    };
  };
}

/** Walks a tree from its root until the walk ends. */
export async function walkTree(
  pool: Pool,
  root: RemotePath,
  options: Partial<WalkOptions> = {},
): Promise<HeardTree & { readonly walked: Walked }> {
  const tree = new HeardTree();
  const frontier = [{ path: root, cuts: 0 }];
  const walked = await walk(pool, { root, frontier, found: 1, sinkFor: tree.sinkFor, ...options });
  return Object.assign(tree, { walked });
}
