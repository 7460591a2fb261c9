import { crc32 } from 'node:zlib';
import type { ListingShard } from '../../contract/documents/listing-documents.ts';
import { documentNames, numbered } from '../../contract/documents/run-folder.ts';
import { maxShardLines } from '../../contract/request-rates.ts';
import type { ListingLine } from '../../core/listing/listing.ts';
import { compareLines, type LineOrder, toLineOrder } from '../../core/listing/listing-order.ts';
import type { ObjectKey } from '../../core/path/object-key.ts';
import type { RemotePath } from '../../core/path/remote-path.ts';
import type { Bucket } from '../../s3/bucket.ts';
import { crcToBase64 } from '../../s3/upload/crc32.ts';
import { putObject } from '../../s3/upload/put-object.ts';

export interface ListingShardsOptions {
  readonly runs: Bucket;
  /** The run's folder. */
  readonly folder: string;
  /** The flow's remote directory. */
  readonly remote: RemotePath;
  readonly firstNumber: number;
  /**
   * Lines in memory, besides as many that are being written. Default: 50,000, which take some 20 MB.
   */
  readonly maxHeldLines?: number;
}

interface HeldLine {
  readonly order: LineOrder;
  readonly text: string;
}

/** Lines that are kept or dropped together: those of one directory, or all that are kept. */
export interface LineHolder {
  lines: HeldLine[];
  readonly shards: ListingShard[];
  /** Settles when the writes that were begun have ended. */
  writing: Promise<void>;
}

/**
 * Collects lines and writes them as sorted shards. When it holds too many lines, it writes those of the
 * largest holder. Shards are numbered in the order in which they are begun: of a name that is listed twice,
 * the later line is in the later shard.
 */
export class ListingShards {
  readonly #options: Required<ListingShardsOptions>;
  readonly #holders = new Set<LineHolder>();
  #nextNumber: number;
  #heldLines = 0;
  #room: Promise<void> = Promise.resolve();

  constructor(options: ListingShardsOptions) {
    this.#options = { maxHeldLines: maxShardLines, ...options };
    this.#nextNumber = options.firstNumber;
  }

  /** The number of the next shard. */
  get nextNumber(): number {
    return this.#nextNumber;
  }

  newHolder(): LineHolder {
    const holder: LineHolder = { lines: [], shards: [], writing: Promise.resolve() };
    this.#holders.add(holder);
    return holder;
  }

  /**
   * @returns a promise to await before more lines are added; undefined where there is room.
   * @throws StorageError
   */
  add(holder: LineHolder, lines: readonly ListingLine[]): Promise<void> | undefined {
    for (const line of lines) {
      holder.lines.push({
        order: toLineOrder(this.#options.remote, line),
        text: `${JSON.stringify(line)}\n`,
      });
    }
    this.#heldLines += lines.length;
    return this.#isOverfull() ? this.makeRoom() : undefined;
  }

  /** Drops the holder and its lines. Shards that it has written stay, but no summary names them. */
  release(holder: LineHolder): void {
    this.#heldLines -= holder.lines.length;
    holder.lines = [];
    this.#holders.delete(holder);
  }

  /** Moves the lines and shards of one holder to another, and drops the first. */
  move(from: LineHolder, to: LineHolder): void {
    for (const line of from.lines) to.lines.push(line);
    to.shards.push(...from.shards);
    from.lines = [];
    this.release(from);
  }

  /** Writes shards, one after the other, until the lines fit into memory. @throws StorageError */
  makeRoom(): Promise<void> {
    const room = this.#room.then(async () => {
      while (this.#isOverfull()) await this.write(this.#fullest());
    });
    this.#room = room.catch(() => undefined);
    return room;
  }

  /**
   * Writes the holder's lines as a shard; nothing where it has none.
   * @throws StorageError, also that of an earlier write
   */
  async write(holder: LineHolder): Promise<void> {
    if (holder.lines.length > 0) {
      const { lines, writing } = holder;
      holder.lines = [];
      this.#heldLines -= lines.length;
      const number = this.#nextNumber;
      this.#nextNumber += 1;
      const written = this.#put(number, lines).then((shard) => void holder.shards.push(shard));
      holder.writing = Promise.all([writing, written]).then(() => undefined);
    }
    await holder.writing;
  }

  #isOverfull(): boolean {
    return this.#heldLines > this.#options.maxHeldLines;
  }

  #fullest(): LineHolder {
    const [first, ...others] = this.#holders;
    if (first === undefined) throw new Error('lines are counted without a holder');
    return others.reduce((most, other) => (other.lines.length > most.lines.length ? other : most), first);
  }

  async #put(number: number, lines: HeldLine[]): Promise<ListingShard> {
    // The sort is stable: of two lines of one name the later one stays last.
    lines.sort((a, b) => compareLines(a.order, b.order));
    const body = Buffer.allocUnsafeSlow(lines.reduce((sum, { text }) => sum + Buffer.byteLength(text), 0));
    let filled = 0;
    for (const { text } of lines) filled += body.write(text, filled);
    const { runs: bucket, folder } = this.#options;
    const { etag } = await putObject({
      bucket,
      key: `${folder}${documentNames.listing}${numbered(number)}` as ObjectKey,
      body,
      checksum: crcToBase64(crc32(body)),
      metadata: {},
      precondition: { kind: 'any' },
    });
    return { number, bytes: body.length, etag };
  }
}
