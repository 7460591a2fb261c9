import type { ListingState } from '../../contract/documents/listing-documents.ts';
import { documentNames, numbered } from '../../contract/documents/run-folder.ts';
import { type ListingLine, type ListingVerdict, linesPerChunk } from '../../core/listing/listing.ts';
import { NewestSamples, type SampleRules } from '../../core/listing/zone-samples.ts';
import type { RemotePath } from '../../core/path/remote-path.ts';
import type { DirectorySink } from '../../ftps/listing/walk-tree.ts';
import type { Bucket } from '../../s3/bucket.ts';
import { JsonLinesWriter } from '../../s3/documents/json-lines-writer.ts';
import { type LineHolder, ListingShards } from './listing-shards.ts';

export interface ListingWriterOptions {
  readonly runs: Bucket;
  /** The run's folder. */
  readonly folder: string;
  /** The flow's remote directory. */
  readonly remote: RemotePath;
  readonly round: number;
  /** The results of the earlier rounds. */
  readonly before: Listed;
  readonly sampleRules: SampleRules;
  readonly maxHeldLines?: number;
  /** Called for each directory that is kept. */
  readonly onListed?: (listed: { readonly files: number }) => void;
}

export type Listed = Omit<ListingState, 'found'>;

/**
 * Writes the entries of a walk as sorted shards, and the errors of its directories. A directory is kept when
 * it has ended. Shards that were written before that are named by no summary, so they count only from then
 * on.
 */
export class ListingWriter implements AsyncDisposable {
  readonly #shards: ListingShards;
  readonly #errors: JsonLinesWriter;
  /** Lines of directories that are kept. */
  readonly #kept: LineHolder;
  readonly #onListed: NonNullable<ListingWriterOptions['onListed']>;
  readonly #samples: NewestSamples;
  readonly #sampleRules: SampleRules;
  readonly #before: Listed;
  readonly #largeDirectories: { readonly directory: RemotePath; readonly lines: number }[];
  #directories: number;
  #files: number;
  #incompleteDirectories: number;
  #filesWithoutTime: number;
  #filesWithoutSize: number;
  #firstError: { readonly reason: unknown } | undefined;

  constructor(options: ListingWriterOptions) {
    const { runs, folder, round, before, onListed } = options;
    this.#shards = new ListingShards({ ...options, firstNumber: before.nextShard });
    this.#errors = new JsonLinesWriter(runs, `${folder}${documentNames.listingErrors}${numbered(round)}`);
    this.#kept = this.#shards.newHolder();
    this.#onListed = onListed ?? (() => undefined);
    this.#before = before;
    this.#sampleRules = options.sampleRules;
    this.#samples = new NewestSamples(options.sampleRules, before.zoneSamples);
    this.#largeDirectories = [...before.largeDirectories];
    this.#directories = before.directories;
    this.#files = before.files;
    this.#incompleteDirectories = before.incompleteDirectories;
    this.#filesWithoutTime = before.filesWithoutTime ?? 0;
    this.#filesWithoutSize = before.filesWithoutSize ?? 0;
  }

  sinkFor(): DirectorySink {
    const shards = this.#shards;
    const holder = shards.newHolder();
    const rules = this.#sampleRules;
    const samples = new NewestSamples(rules);
    const counts: DirectoryCounts = { lines: 0, files: 0, withoutTime: 0, withoutSize: 0, samples };
    return {
      add: (lines) => {
        count(counts, lines, rules.isSelected);
        return shards.add(holder, lines);
      },
      end: async (verdict) => {
        try {
          await holder.writing;
          this.#keep(verdict, counts);
          shards.move(holder, this.#kept);
          await shards.makeRoom();
          for (const error of verdict.errors)
            await this.#errors.write({ directory: verdict.directory, error });
        } catch (reason) {
          this.#firstError ??= { reason };
          throw reason;
        }
      },
      abandon: () => shards.release(holder),
    };
  }

  /**
   * Publishes the directories that are kept.
   * @returns the results of all rounds.
   * @throws StorageError, also that of an earlier sink
   */
  async commit(): Promise<Listed> {
    if (this.#firstError !== undefined) throw this.#firstError.reason;
    await this.#shards.write(this.#kept);
    await this.#errors.commit();
    return {
      directories: this.#directories,
      files: this.#files,
      incompleteDirectories: this.#incompleteDirectories,
      filesWithoutTime: this.#filesWithoutTime,
      filesWithoutSize: this.#filesWithoutSize,
      shards: [...this.#before.shards, ...this.#kept.shards].sort((a, b) => a.number - b.number),
      nextShard: this.#shards.nextNumber,
      largeDirectories: this.#largeDirectories,
      zoneSamples: [...this.#samples.newest()],
    };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#errors.abort();
  }

  #keep({ directory, errors }: ListingVerdict, { lines, files, samples, ...without }: DirectoryCounts): void {
    this.#directories += 1;
    this.#files += files;
    this.#filesWithoutTime += without.withoutTime;
    this.#filesWithoutSize += without.withoutSize;
    this.#incompleteDirectories += errors.length > 0 ? 1 : 0;
    if (lines > linesPerChunk) this.#largeDirectories.push({ directory, lines });
    this.#samples.addAll(samples);
    this.#onListed({ files });
  }
}

interface DirectoryCounts {
  lines: number;
  files: number;
  /** Selected files without a time, and without a size. */
  withoutTime: number;
  withoutSize: number;
  readonly samples: NewestSamples;
}

function count(
  counts: DirectoryCounts,
  lines: readonly ListingLine[],
  isSelected: SampleRules['isSelected'],
): void {
  counts.lines += lines.length;
  for (const line of lines) {
    if (line.kind !== 'file') continue;
    counts.files += 1;
    counts.samples.add(line.file);
    const { modified, sizeBytes, path } = line.file;
    if ((modified !== undefined && sizeBytes !== undefined) || !isSelected(path)) continue;
    counts.withoutTime += modified === undefined ? 1 : 0;
    counts.withoutSize += sizeBytes === undefined ? 1 : 0;
  }
}
