import { crc32 } from 'node:zlib';
import type { ListingShard } from '../contract/listing-documents.ts';
import { documentNames, numbered } from '../contract/run-folder.ts';
import { base64OfCrc } from '../s3/base64-of-crc.ts';
import type { Bucket } from '../s3/bucket.ts';
import { putWhole } from '../s3/put-whole.ts';
import type { ListingLine } from '../sync/listing.ts';
import { compareLines, type LineOrder, lineOrder } from '../sync/listing-order.ts';
import type { ObjectKey } from '../sync/object-key.ts';
import type { RemotePath } from '../sync/remote-path.ts';

export interface ListingShardsOptions {
  readonly runs: Bucket;
  /** The run's folder. */
  readonly folder: string;
  /** The flow's remote directory. */
  readonly remote: RemotePath;
  readonly firstNumber: number;
  /** Lines in memory, besides as many that are being written: 50,000 unless told, which are some 20 MB. */
  readonly maxHeldLines?: number;
}

const usualMaxHeldLines = 50_000;

interface HeldLine {
  readonly order: LineOrder;
  readonly text: string;
}

/** Lines that belong together until it is known whether they count: those of one directory, or all that do. */
export interface LineHolder {
  lines: HeldLine[];
  readonly shards: ListingShard[];
  /** Settles when all is written that was begun to be. */
  writing: Promise<void>;
}

/**
 * Gathers lines and writes them as sorted shards, so that never more than so many are held: when there are too many, whoever holds
 * most of them is written. Numbers grow as shards are begun: of a name that is listed twice, the later line is in the later shard.
 */
export class ListingShards {
  readonly #options: Required<ListingShardsOptions>;
  readonly #holders = new Set<LineHolder>();
  #nextNumber: number;
  #heldLines = 0;
  #room: Promise<void> = Promise.resolve();

  constructor(options: ListingShardsOptions) {
    this.#options = { maxHeldLines: usualMaxHeldLines, ...options };
    this.#nextNumber = options.firstNumber;
  }

  /** No shard has this number yet. */
  get nextNumber(): number {
    return this.#nextNumber;
  }

  newHolder(): LineHolder {
    const holder: LineHolder = { lines: [], shards: [], writing: Promise.resolve() };
    this.#holders.add(holder);
    return holder;
  }

  /** Undefined: more may follow at once. A promise: wait for it first. @throws StorageError */
  add(holder: LineHolder, lines: readonly ListingLine[]): Promise<void> | undefined {
    for (const line of lines) {
      holder.lines.push({ order: lineOrder(this.#options.remote, line), text: `${JSON.stringify(line)}\n` });
    }
    this.#heldLines += lines.length;
    return this.#isOverfull() ? this.makeRoom() : undefined;
  }

  /** Forgets the holder. Shards that it has become count for whoever keeps their names. */
  release(holder: LineHolder): void {
    this.#heldLines -= holder.lines.length;
    holder.lines = [];
    this.#holders.delete(holder);
  }

  /** Gives what one holder has to another one, and releases it. Both have their shards. */
  move(from: LineHolder, to: LineHolder): void {
    for (const line of from.lines) to.lines.push(line);
    to.shards.push(...from.shards);
    from.lines = [];
    this.release(from);
  }

  /** One shard after the other, until no more are held than may be. @throws StorageError */
  makeRoom(): Promise<void> {
    const room = this.#room.then(async () => {
      while (this.#isOverfull()) await this.write(this.#fullest());
    });
    this.#room = room.catch(() => undefined);
    return room;
  }

  /** Writes what the holder has now as a shard; nothing where it has nothing. @throws StorageError of this or an earlier one. */
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
    if (first === undefined) throw new Error('lines are held by nobody');
    return others.reduce((most, other) => (other.lines.length > most.lines.length ? other : most), first);
  }

  async #put(number: number, lines: HeldLine[]): Promise<ListingShard> {
    // The sort is stable: of two sightings of a name the later one stays behind.
    lines.sort((a, b) => compareLines(a.order, b.order));
    const body = Buffer.allocUnsafeSlow(lines.reduce((sum, { text }) => sum + Buffer.byteLength(text), 0));
    let filled = 0;
    for (const { text } of lines) filled += body.write(text, filled);
    const { runs: bucket, folder } = this.#options;
    const { etag } = await putWhole({
      bucket,
      key: `${folder}${documentNames.listing}${numbered(number)}` as ObjectKey,
      body,
      checksum: base64OfCrc(crc32(body)),
      metadata: {},
      precondition: { kind: 'any' },
    });
    return { number, bytes: body.length, etag };
  }
}
