import {
  type ListingLine,
  linesPerChunk,
  type RefusedName,
  type SkippedEntry,
} from '../../core/listing/listing.ts';
import { lineDirectory } from '../../core/listing/listing-order.ts';
import type { RemoteFile } from '../../core/listing/remote-file.ts';
import type { RemotePath } from '../../core/path/remote-path.ts';

/** Consecutive lines of the listing, all of one directory. */
export interface LineChunk {
  readonly directory: RemotePath;
  readonly files: readonly RemoteFile[];
  readonly skipped: readonly SkippedEntry[];
  readonly refused: readonly RefusedName[];
  /** How many lines it has, and the last of them, after which the next chunk begins. */
  readonly lines: number;
  readonly last: ListingLine;
}

/** Splits the listing at the end of each directory, and a directory that is larger than a chunk. */
export async function* toChunks(listing: AsyncIterable<ListingLine>): AsyncGenerator<LineChunk> {
  let lines: ListingLine[] = [];
  for await (const line of listing) {
    const [first] = lines;
    const isSameDirectory = first !== undefined && lineDirectory(first) === lineDirectory(line);
    if (lines.length === linesPerChunk || (first !== undefined && !isSameDirectory)) {
      yield* toChunk(lines);
      lines = [];
    }
    lines.push(line);
  }
  yield* toChunk(lines);
}

function* toChunk(lines: readonly ListingLine[]): Generator<LineChunk> {
  const last = lines.at(-1);
  if (last === undefined) return;
  const files: RemoteFile[] = [];
  const skipped: SkippedEntry[] = [];
  const refused: RefusedName[] = [];
  for (const line of lines) {
    if (line.kind === 'file') files.push(line.file);
    else if (line.kind === 'skipped') skipped.push(line.entry);
    else refused.push(line.name);
  }
  yield { directory: lineDirectory(last), files, skipped, refused, lines: lines.length, last };
}

/** A chunk with the result of its look-up. */
export interface PrefetchedChunk<T> {
  readonly chunk: LineChunk;
  readonly found: T;
}

/** Look-ups at the same time: most directories are small. */
const maxLookUpsAtOnce = 8;

/** Lines that wait for their look-ups: two full chunks. */
const maxLinesAhead = 2 * linesPerChunk;

/**
 * Looks something up for each chunk, for several at the same time.
 * @returns the chunks in their order.
 * @throws the error of a look-up, at its chunk.
 */
export async function* prefetch<T>(
  chunks: AsyncIterable<LineChunk>,
  lookUp: (chunk: LineChunk) => Promise<T>,
): AsyncGenerator<PrefetchedChunk<T>> {
  const ahead: { readonly chunk: LineChunk; readonly result: Promise<T> }[] = [];
  let lines = 0;
  for await (const chunk of chunks) {
    const result = lookUp(chunk);
    // The error is thrown where the chunk is awaited; a reader that stops earlier does not see it.
    result.catch(() => undefined);
    ahead.push({ chunk, result });
    lines += chunk.lines;
    while (ahead.length >= maxLookUpsAtOnce || lines >= maxLinesAhead) {
      const first = ahead.shift();
      if (first === undefined) break;
      lines -= first.chunk.lines;
      yield { chunk: first.chunk, found: await first.result };
    }
  }
  for (const { chunk, result } of ahead) yield { chunk, found: await result };
}
