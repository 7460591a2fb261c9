import type { ListingLine } from '../sync/listing.ts';
import { NeighbourCensus, type Neighbours, neighboursAmong } from '../sync/neighbours.ts';
import { nameOf, type RemotePath } from '../sync/remote-path.ts';
import type { LineChunk } from './plan-chunks.ts';

export interface LargeDirectoriesOptions {
  /** Those that have more lines than a chunk. */
  readonly directories: readonly RemotePath[];
  readonly doneFile: string | undefined;
  /** All lines of one directory itself. */
  readonly linesOf: (directory: RemotePath) => AsyncIterable<ListingLine>;
}

/** Tells the neighbours of a chunk. A directory of several chunks is read through once more before the first of them. */
export class LargeDirectories {
  readonly #options: LargeDirectoriesOptions;
  readonly #directories: ReadonlySet<RemotePath>;
  /** Of the last one that was asked for: its chunks follow each other. */
  #latest: { readonly directory: RemotePath; readonly neighbours: Neighbours } | undefined;

  constructor(options: LargeDirectoriesOptions) {
    this.#options = options;
    this.#directories = new Set(options.directories);
  }

  /** @throws StorageError */
  async neighboursOf({ directory, files }: LineChunk): Promise<Neighbours> {
    if (!this.#directories.has(directory))
      return neighboursAmong(new Set(files.map(({ path }) => nameOf(path))));
    if (this.#latest?.directory !== directory) {
      this.#latest = { directory, neighbours: await this.#census(directory) };
    }
    return this.#latest.neighbours;
  }

  async #census(directory: RemotePath): Promise<Neighbours> {
    const { doneFile, linesOf } = this.#options;
    const census = new NeighbourCensus(doneFile);
    for await (const line of linesOf(directory)) if (line.kind === 'file') census.add(nameOf(line.file.path));
    return census.end();
  }
}
