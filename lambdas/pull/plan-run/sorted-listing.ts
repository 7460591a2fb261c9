import { type ListingShard, listingLineSchema } from '../../contract/documents/listing-documents.ts';
import { documentNames, numbered } from '../../contract/documents/run-folder.ts';
import { listingBlockBytes } from '../../contract/request-rates.ts';
import type { ListingLine } from '../../core/listing/listing.ts';
import {
  compareLines,
  directoryOrderBelow,
  type LineOrder,
  toLineOrder,
} from '../../core/listing/listing-order.ts';
import { compareUtf8 } from '../../core/path/path-order.ts';
import type { RemotePath } from '../../core/path/remote-path.ts';
import type { Bucket } from '../../s3/bucket.ts';
import { type LineDocument, LineReader, seekLine } from '../../s3/documents/line-reader.ts';

export interface SortedListingOptions {
  /** The shards of the listing's summary. */
  readonly shards: readonly ListingShard[];
  /** The flow's remote directory: the order compares the paths below it. */
  readonly remote: RemotePath;
  /** Begins after this line, without reading the lines before it. */
  readonly after?: ListingLine | undefined;
  /** Only the lines of this directory, without those of its subdirectories. */
  readonly within?: RemotePath | undefined;
}

/** Shards that are opened at the same time: enough to overlap their requests, few enough for the sockets. */
const maxOpenedAtOnce = 25;

/**
 * The lines of a run's listing, directory by directory and by name, in the ledger's order
 * (core/listing/listing-order.ts): the lines of one directory follow each other. Of a name that was listed
 * twice the later line counts. What is held does not grow with the listing.
 * @param folder the run's folder. @throws StorageError, `conflict` where a repeated step has overwritten a
 * shard.
 */
export async function* sortedListing(
  runs: Bucket,
  folder: string,
  { shards, remote, after, within }: SortedListingOptions,
): AsyncGenerator<ListingLine> {
  const afterOrder = after && toLineOrder(remote, after);
  const withinOrder = within && directoryOrderBelow(remote, within);
  const isBefore =
    afterOrder === undefined && withinOrder === undefined
      ? undefined
      : (order: LineOrder) =>
          (afterOrder !== undefined && compareLines(order, afterOrder) <= 0) ||
          (withinOrder !== undefined && compareUtf8(order.directory, withinOrder) < 0);
  const blockBytes = listingBlockBytes(shards.length);
  const heads: ShardHead[] = [];
  for (let start = 0; start < shards.length; start += maxOpenedAtOnce) {
    const opened = shards.slice(start, start + maxOpenedAtOnce).map(async ({ number, bytes, etag }) => {
      const key = `${folder}${documentNames.listing}${numbered(number)}`;
      return await ShardHead.open({ runs, remote, number, blockBytes, isBefore }, { key, bytes, etag });
    });
    for (const head of await Promise.all(opened)) if (head !== undefined) insert(heads, head);
  }

  for (let head = heads.pop(); head !== undefined; head = heads.pop()) {
    if (withinOrder !== undefined && compareUtf8(head.order.directory, withinOrder) > 0) return;
    const { line, order } = head;
    if (await head.advance()) insert(heads, head);
    const next = heads.at(-1);
    const isListedAgain = next !== undefined && compareLines(order, next.order) === 0;
    if (!isListedAgain) yield line;
  }
}

/** Inserts a head, so that the one that comes first stays at the end. */
function insert(heads: ShardHead[], head: ShardHead): void {
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

/** Of a name in two shards, the shard that was begun later has the later line. */
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

/** A shard with its next line, parsed. */
class ShardHead {
  readonly number: number;
  readonly #remote: RemotePath;
  readonly #lines: LineReader;
  #line: ListingLine | undefined;
  #order: LineOrder | undefined;

  private constructor({ number, remote }: ShardContext, lines: LineReader) {
    this.number = number;
    this.#remote = remote;
    this.#lines = lines;
  }

  /** @returns undefined where the shard has no wanted line. */
  static async open(context: ShardContext, document: LineDocument): Promise<ShardHead | undefined> {
    const { runs, remote, blockBytes, isBefore } = context;
    const fromByte =
      isBefore === undefined
        ? 0
        : await seekLine(runs, document, (line) => isBefore(toLineOrder(remote, parseLine(line))));
    const head = new ShardHead(context, new LineReader(runs, document, { fromByte, blockBytes }));
    return (await head.advance()) ? head : undefined;
  }

  get line(): ListingLine {
    if (this.#line === undefined) throw new Error('A shard was read past its end');
    return this.#line;
  }

  get order(): LineOrder {
    if (this.#order === undefined) throw new Error('A shard was read past its end');
    return this.#order;
  }

  /** @returns false after the last line. */
  async advance(): Promise<boolean> {
    const next = this.#lines.next();
    const text = typeof next === 'string' ? next : await next;
    if (text === undefined) return false;
    this.#line = parseLine(text);
    this.#order = toLineOrder(this.#remote, this.#line);
    return true;
  }
}

function parseLine(text: string): ListingLine {
  return listingLineSchema.parse(JSON.parse(text));
}
