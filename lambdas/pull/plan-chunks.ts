import { type ListingLine, linesPerChunk, type RefusedName, type SkippedEntry } from '../sync/listing.ts';
import { directoryOfLine } from '../sync/listing-order.ts';
import type { RemoteFile } from '../sync/remote-file.ts';
import type { RemotePath } from '../sync/remote-path.ts';

/** Neighbouring lines of the listing, all of one directory. */
export interface LineChunk {
  readonly directory: RemotePath;
  readonly files: readonly RemoteFile[];
  readonly skipped: readonly SkippedEntry[];
  readonly refused: readonly RefusedName[];
  /** How many lines it has, and the last of them: what comes next stands behind it. */
  readonly lines: number;
  readonly last: ListingLine;
}

/** Cuts the listing where a directory ends, and within one that is larger than a chunk. */
export async function* chunksOf(listing: AsyncIterable<ListingLine>): AsyncGenerator<LineChunk> {
  let lines: ListingLine[] = [];
  for await (const line of listing) {
    const [first] = lines;
    const isSameDirectory = first !== undefined && directoryOfLine(first) === directoryOfLine(line);
    if (lines.length === linesPerChunk || (first !== undefined && !isSameDirectory)) {
      yield* chunkOf(lines);
      lines = [];
    }
    lines.push(line);
  }
  yield* chunkOf(lines);
}

function* chunkOf(lines: readonly ListingLine[]): Generator<LineChunk> {
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
  yield { directory: directoryOfLine(last), files, skipped, refused, lines: lines.length, last };
}

/** A chunk, and what was looked up for it. */
export interface KnownChunk<T> {
  readonly chunk: LineChunk;
  readonly known: T;
}

/** Small directories are many: as many look-ups are under way at once. */
const lookUpsAtOnce = 8;

/** Lines that wait for their look-ups: two whole chunks. */
const linesAhead = 2 * linesPerChunk;

/** Looks something up for each chunk, for several at once, and gives them in their order. */
export async function* lookedUp<T>(
  chunks: AsyncIterable<LineChunk>,
  lookUp: (chunk: LineChunk) => Promise<T>,
): AsyncGenerator<KnownChunk<T>> {
  const ahead: { readonly chunk: LineChunk; readonly coming: Promise<T> }[] = [];
  let lines = 0;
  for await (const chunk of chunks) {
    const coming = lookUp(chunk);
    // Who waits for it hears of it; who has stopped before does not.
    coming.catch(() => undefined);
    ahead.push({ chunk, coming });
    lines += chunk.lines;
    while (ahead.length >= lookUpsAtOnce || lines >= linesAhead) {
      const first = ahead.shift();
      if (first === undefined) break;
      lines -= first.chunk.lines;
      yield { chunk: first.chunk, known: await first.coming };
    }
  }
  for (const { chunk, coming } of ahead) yield { chunk, known: await coming };
}
