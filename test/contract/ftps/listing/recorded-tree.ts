import type { DirectoryListing, ListingLine } from '../../../../lambdas/core/listing/listing.ts';
import type { RemotePath } from '../../../../lambdas/core/path/remote-path.ts';
import {
  type DirectorySink,
  type Walked,
  type WalkOptions,
  walkTree,
} from '../../../../lambdas/ftps/listing/walk-tree.ts';
import type { Pool } from '../../../../lambdas/ftps/session/pool.ts';

/** Records a walk: each directory that has ended, in the order of their ends. */
export class RecordedTree {
  readonly listings: DirectoryListing[] = [];
  /** Tries without an `end` or an `abandon`: none may remain after a walk. */
  open = 0;

  get counts() {
    return {
      directories: this.listings.length,
      files: this.listings.reduce((sum, { files }) => sum + files.length, 0),
      incomplete: this.listings.filter(({ errors }) => errors.length > 0).length,
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
export async function walkToEnd(
  pool: Pool,
  root: RemotePath,
  options: Partial<WalkOptions> = {},
): Promise<RecordedTree & { readonly walked: Walked }> {
  const tree = new RecordedTree();
  const frontier = [{ path: root, cuts: 0 }];
  const walked = await walkTree(pool, { root, frontier, found: 1, sinkFor: tree.sinkFor, ...options });
  return Object.assign(tree, { walked });
}
