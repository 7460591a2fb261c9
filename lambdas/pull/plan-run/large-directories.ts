import type { ListingLine } from '../../core/listing/listing.ts';
import type { RemotePath } from '../../core/path/remote-path.ts';
import { SiblingCensus, type Siblings, toSiblings } from '../../core/plan/sibling-rules.ts';
import type { LineChunk } from './plan-chunks.ts';

export interface LargeDirectoriesOptions {
  /** Directories with more lines than a chunk has. */
  readonly directories: readonly RemotePath[];
  readonly doneFile: string | undefined;
  /** The lines of one directory, without those of its subdirectories. */
  readonly linesOf: (directory: RemotePath) => AsyncIterable<ListingLine>;
}

/**
 * Finds the siblings of the files in a chunk. A directory of several chunks is read once more before its
 * first chunk.
 */
export class LargeDirectories {
  readonly #options: LargeDirectoriesOptions;
  readonly #directories: ReadonlySet<RemotePath>;
  /** The result for the current directory, whose chunks follow each other. */
  #latest: { readonly directory: RemotePath; readonly siblings: Siblings } | undefined;

  constructor(options: LargeDirectoriesOptions) {
    this.#options = options;
    this.#directories = new Set(options.directories);
  }

  /** @throws StorageError */
  async findSiblings({ directory, files }: LineChunk): Promise<Siblings> {
    if (!this.#directories.has(directory)) return toSiblings(files);
    if (this.#latest?.directory !== directory) {
      this.#latest = { directory, siblings: await this.#countSiblings(directory) };
    }
    return this.#latest.siblings;
  }

  async #countSiblings(directory: RemotePath): Promise<Siblings> {
    const { doneFile, linesOf } = this.#options;
    const census = new SiblingCensus(doneFile);
    for await (const line of linesOf(directory)) if (line.kind === 'file') census.add(line.file);
    return census.end();
  }
}
