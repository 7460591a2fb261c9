import { type ListingShard, listingLineSchema } from '../contract/listing-documents.ts';
import { documentNames, numbered } from '../contract/run-folder.ts';
import type { Bucket } from '../s3/bucket.ts';
import { LineBlocks, type LineDocument, seekLine } from '../s3/line-blocks.ts';
import { compareUtf8 } from '../sync/file-order.ts';
import type { ListingLine } from '../sync/listing.ts';
import { compareLines, directoryOrderBelow, type LineOrder, lineOrder } from '../sync/listing-order.ts';
import type { RemotePath } from '../sync/remote-path.ts';

export interface SortedListingOptions {
  /** Those of the listing's summary. */
  readonly shards: readonly ListingShard[];
  /** The flow's remote directory: the order is that of the paths below it. */
  readonly remote: RemotePath;
  /** Begins behind this line, without reading what stands before it. */
  readonly after?: ListingLine | undefined;
  /** Only the lines of this directory itself. */
  readonly within?: RemotePath | undefined;
}

/** For the blocks of all shards together: each has one at work and one on its way. */
const blocksBytes = 16 * 1024 * 1024;
const largestBlockBytes = 256 * 1024;
const smallestBlockBytes = 16 * 1024;

/** Shards that are opened at once: one would wait for another's requests, and thousands would wait for sockets. */
const openedAtOnce = 25;

/**
 * The lines of a run's listing, directory by directory and by name, in the ledger's order (sync/listing-order.ts): the lines of one
 * directory follow each other. Of a name that was listed twice the later line counts. What is held does not grow with the listing.
 * @param folder the run's folder. @throws StorageError, `conflict` where a repeated step has overwritten a shard.
 */
export async function* sortedListing(
  runs: Bucket,
  folder: string,
  { shards, remote, after, within }: SortedListingOptions,
): AsyncGenerator<ListingLine> {
  const afterOrder = after && lineOrder(remote, after);
  const withinOrder = within && directoryOrderBelow(remote, within);
  const isBefore =
    afterOrder === undefined && withinOrder === undefined
      ? undefined
      : (order: LineOrder) =>
          (afterOrder !== undefined && compareLines(order, afterOrder) <= 0) ||
          (withinOrder !== undefined && compareUtf8(order.directory, withinOrder) < 0);
  const perShardBytes = Math.floor(blocksBytes / 2 / Math.max(shards.length, 1));
  const blockBytes = Math.min(largestBlockBytes, Math.max(smallestBlockBytes, perShardBytes));
  const heads: ShardHead[] = [];
  for (let start = 0; start < shards.length; start += openedAtOnce) {
    const opened = shards.slice(start, start + openedAtOnce).map(async ({ number, bytes, etag }) => {
      const key = `${folder}${documentNames.listing}${numbered(number)}`;
      return await ShardHead.open({ runs, remote, number, blockBytes, isBefore }, { key, bytes, etag });
    });
    for (const head of await Promise.all(opened)) if (head !== undefined) place(heads, head);
  }

  for (let head = heads.pop(); head !== undefined; head = heads.pop()) {
    if (withinOrder !== undefined && compareUtf8(head.order.directory, withinOrder) > 0) return;
    const { line, order } = head;
    if (await head.advance()) place(heads, head);
    const next = heads.at(-1);
    const isListedAgain = next !== undefined && compareLines(order, next.order) === 0;
    if (!isListedAgain) yield line;
  }
}

/** Keeps the heads with the one that comes first at the end. */
function place(heads: ShardHead[], head: ShardHead): void {
  let low = 0;
  let high = heads.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    const other = heads[middle];
    if (other !== undefined && comesBefore(head, other)) low = middle + 1;
    else high = middle;
  }
  heads.splice(low, 0, head);
}

/** Where a name stands in two shards, the one that was begun later has the later line. */
function comesBefore(a: ShardHead, b: ShardHead): boolean {
  const compared = compareLines(a.order, b.order);
  return compared === 0 ? a.number < b.number : compared < 0;
}

interface ShardContext {
  readonly runs: Bucket;
  readonly remote: RemotePath;
  readonly number: number;
  readonly blockBytes: number;
  readonly isBefore: ((order: LineOrder) => boolean) | undefined;
}

/** The first line of a shard that has not been given out, parsed. */
class ShardHead {
  readonly number: number;
  readonly #remote: RemotePath;
  readonly #lines: LineBlocks;
  #line: ListingLine | undefined;
  #order: LineOrder | undefined;

  private constructor({ number, remote }: ShardContext, lines: LineBlocks) {
    this.number = number;
    this.#remote = remote;
    this.#lines = lines;
  }

  /** Undefined where the shard has no line that is wanted. */
  static async open(context: ShardContext, document: LineDocument): Promise<ShardHead | undefined> {
    const { runs, remote, blockBytes, isBefore } = context;
    const fromByte =
      isBefore === undefined
        ? 0
        : await seekLine(runs, document, (line) => isBefore(lineOrder(remote, parseLine(line))));
    const head = new ShardHead(context, new LineBlocks(runs, document, { fromByte, blockBytes }));
    return (await head.advance()) ? head : undefined;
  }

  get line(): ListingLine {
    if (this.#line === undefined) throw new Error('a shard was read past its end');
    return this.#line;
  }

  get order(): LineOrder {
    if (this.#order === undefined) throw new Error('a shard was read past its end');
    return this.#order;
  }

  /** False behind the last line. */
  async advance(): Promise<boolean> {
    const next = this.#lines.next();
    const text = typeof next === 'string' ? next : await next;
    if (text === undefined) return false;
    this.#line = parseLine(text);
    this.#order = lineOrder(this.#remote, this.#line);
    return true;
  }
}

function parseLine(text: string): ListingLine {
  return listingLineSchema.parse(JSON.parse(text));
}
