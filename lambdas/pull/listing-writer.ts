import type { ListingState } from '../contract/listing-documents.ts';
import { documentNames, numbered } from '../contract/run-folder.ts';
import type { DirectorySink } from '../ftps/walk.ts';
import type { Bucket } from '../s3/bucket.ts';
import { JsonLinesWriter } from '../s3/json-lines-writer.ts';
import { type ListingLine, type ListingVerdict, linesPerChunk } from '../sync/listing.ts';
import type { RemoteFile } from '../sync/remote-file.ts';
import type { RemotePath } from '../sync/remote-path.ts';
import { type LineHolder, ListingShards } from './listing-shards.ts';

export interface ListingWriterOptions {
  readonly runs: Bucket;
  /** The run's folder. */
  readonly folder: string;
  /** The flow's remote directory. */
  readonly remote: RemotePath;
  readonly round: number;
  /** What the rounds before have found. */
  readonly before: Listed;
  readonly maxHeldLines?: number;
  /** Hears of each directory that counts. */
  readonly onListed?: (listed: { readonly files: number }) => void;
}

export type Listed = Omit<ListingState, 'found'>;

/** Files enough to tell a zone by; a handful of MDTM commands. */
const zoneSamples = 8;

/**
 * Writes what a walk tells as sorted shards, and the faults beside them. A directory counts when it has ended: what was heard of
 * it before is in shards that nobody names until then.
 */
export class ListingWriter implements AsyncDisposable {
  readonly #shards: ListingShards;
  readonly #faults: JsonLinesWriter;
  /** Lines of directories that count. */
  readonly #counted: LineHolder;
  readonly #onListed: NonNullable<ListingWriterOptions['onListed']>;
  readonly #undated: RemoteFile[];
  readonly #before: Listed;
  readonly #largeDirectories: { readonly directory: RemotePath; readonly lines: number }[];
  #directories: number;
  #files: number;
  #incompleteDirectories: number;
  #failure: { readonly reason: unknown } | undefined;

  constructor(options: ListingWriterOptions) {
    const { runs, folder, round, before, onListed } = options;
    this.#shards = new ListingShards({ ...options, firstNumber: before.nextShard });
    this.#faults = new JsonLinesWriter(runs, `${folder}${documentNames.listingFaults}${numbered(round)}`);
    this.#counted = this.#shards.newHolder();
    this.#onListed = onListed ?? (() => undefined);
    this.#before = before;
    this.#undated = [...before.undated];
    this.#largeDirectories = [...before.largeDirectories];
    this.#directories = before.directories;
    this.#files = before.files;
    this.#incompleteDirectories = before.incompleteDirectories;
  }

  sinkFor(): DirectorySink {
    const shards = this.#shards;
    const holder = shards.newHolder();
    const counts: DirectoryCounts = { lines: 0, files: 0, undated: [] };
    return {
      add: (lines) => {
        count(counts, lines);
        return shards.add(holder, lines);
      },
      end: async (verdict) => {
        try {
          await holder.writing;
          this.#count(verdict, counts);
          shards.move(holder, this.#counted);
          await shards.makeRoom();
          for (const fault of verdict.faults)
            await this.#faults.write({ directory: verdict.directory, fault });
        } catch (reason) {
          this.#failure ??= { reason };
          throw reason;
        }
      },
      abandon: () => shards.release(holder),
    };
  }

  /** Publishes what counts. @returns what all rounds have found together. @throws StorageError, also that of a sink before. */
  async commit(): Promise<Listed> {
    if (this.#failure !== undefined) throw this.#failure.reason;
    await this.#shards.write(this.#counted);
    await this.#faults.commit();
    return {
      directories: this.#directories,
      files: this.#files,
      incompleteDirectories: this.#incompleteDirectories,
      shards: [...this.#before.shards, ...this.#counted.shards].sort((a, b) => a.number - b.number),
      nextShard: this.#shards.nextNumber,
      largeDirectories: this.#largeDirectories,
      undated: this.#undated,
    };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#faults.abort();
  }

  #count({ directory, faults }: ListingVerdict, { lines, files, undated }: DirectoryCounts): void {
    this.#directories += 1;
    this.#files += files;
    this.#incompleteDirectories += faults.length > 0 ? 1 : 0;
    if (lines > linesPerChunk) this.#largeDirectories.push({ directory, lines });
    this.#undated.push(...undated.slice(0, zoneSamples - this.#undated.length));
    this.#onListed({ files });
  }
}

interface DirectoryCounts {
  lines: number;
  files: number;
  readonly undated: RemoteFile[];
}

function count(counts: DirectoryCounts, lines: readonly ListingLine[]): void {
  counts.lines += lines.length;
  for (const line of lines) {
    if (line.kind !== 'file') continue;
    counts.files += 1;
    if (line.file.modified?.clock === 'server' && counts.undated.length < zoneSamples) {
      counts.undated.push(line.file);
    }
  }
}
