import type { Bucket } from './bucket.ts';
import { readRange } from './read-range.ts';

export interface LineDocument {
  readonly key: string;
  /** Where it ends, or where reading is to end: behind a whole line. */
  readonly bytes: number;
  /** It must still be this document; undefined: whatever is at the key. */
  readonly etag: string | undefined;
}

/** Longer than most lines, so that a look at one costs one request. */
const lookBytes = 16 * 1024;
const lineFeed = 0x0a;
const noBytes: Buffer = Buffer.alloc(0);

/**
 * Reads a document of lines block by block, in requests of their own: many documents can be read side by side, as slowly as they
 * are merged, and none has an answer that is open meanwhile. The next block is on its way while one is worked on. There are two
 * blocks, used in turn, so that a long document leaves no more behind than a short one.
 */
export class LineBlocks {
  readonly #bucket: Bucket;
  readonly #document: LineDocument;
  /** Where the next block begins. */
  #offset: number;
  #block: Buffer = noBytes;
  #position = 0;
  #spare: Buffer;
  #other: Buffer;
  #coming: Promise<Buffer> | undefined;

  constructor(
    bucket: Bucket,
    document: LineDocument,
    { fromByte, blockBytes }: { readonly fromByte: number; readonly blockBytes: number },
  ) {
    this.#bucket = bucket;
    this.#document = document;
    this.#offset = fromByte;
    const mostBytes = Math.min(blockBytes, document.bytes - fromByte);
    this.#spare = Buffer.allocUnsafeSlow(mostBytes);
    this.#other = mostBytes < document.bytes - fromByte ? Buffer.allocUnsafeSlow(mostBytes) : noBytes;
  }

  /**
   * The next line without its line feed, at once where it is in the block; undefined behind the last one.
   * @throws StorageError, `conflict` where the document is another one now.
   */
  next(): string | Promise<string | undefined> {
    const end = this.#block.indexOf(lineFeed, this.#position);
    if (end === -1) return this.#nextAcrossBlocks();
    const line = this.#block.toString('utf8', this.#position, end);
    this.#position = end + 1;
    return line;
  }

  async #nextAcrossBlocks(): Promise<string | undefined> {
    const begun: Buffer[] = [];
    for (;;) {
      begun.push(Buffer.from(this.#block.subarray(this.#position)));
      const block = await (this.#coming ?? this.#read());
      this.#block = block;
      this.#position = 0;
      if (block.length === 0) {
        const rest = Buffer.concat(begun).toString();
        return rest === '' ? undefined : rest;
      }
      this.#coming = this.#read();
      // Who stops reading does not hear of it; who goes on does.
      this.#coming.catch(() => undefined);
      const end = block.indexOf(lineFeed);
      if (end === -1) continue;
      this.#position = end + 1;
      return Buffer.concat([...begun, block.subarray(0, end)]).toString();
    }
  }

  /** Into the block that is not worked on. Nothing: the document has ended. */
  async #read(): Promise<Buffer> {
    const { key, etag, bytes } = this.#document;
    const start = this.#offset;
    const into = this.#spare;
    const length = Math.min(into.length, bytes - start);
    if (length <= 0) return noBytes;
    this.#offset = start + length;
    this.#spare = this.#other;
    this.#other = into;
    return await readRange(this.#bucket, { key, etag, start, length }, into);
  }
}

/**
 * Where the first line begins that is not before what is looked for, in a document whose lines are sorted; its end where all are
 * before. A few requests, however long the document is. @throws StorageError
 */
export async function seekLine(
  bucket: Bucket,
  document: LineDocument,
  isBefore: (line: string) => boolean,
): Promise<number> {
  let low = 0;
  let high = document.bytes;
  while (high - low > lookBytes) {
    const middle = low + Math.floor((high - low) / 2);
    // The line feed may be the byte in front, and the line begin here.
    const start = middle + (await bytesOfLine(bucket, document, middle - 1)).length;
    const isInside = start < high;
    if (isInside && isBefore((await bytesOfLine(bucket, document, start)).toString())) low = start;
    else high = middle;
  }
  const lines = new LineBlocks(bucket, document, { fromByte: low, blockBytes: lookBytes });
  for (let line = await lines.next(); line !== undefined; line = await lines.next()) {
    if (!isBefore(line)) return low;
    low += Buffer.byteLength(line) + 1;
  }
  return document.bytes;
}

/** From here to the next line feed, without it. */
async function bytesOfLine(bucket: Bucket, document: LineDocument, offset: number): Promise<Buffer> {
  const { key, etag, bytes } = document;
  const pieces: Buffer[] = [];
  for (let start = offset; start < bytes; ) {
    const length = Math.min(lookBytes, bytes - start);
    const piece = await readRange(bucket, { key, etag, start, length });
    const end = piece.indexOf(lineFeed);
    if (end !== -1) return Buffer.concat([...pieces, piece.subarray(0, end)]);
    pieces.push(piece);
    start += length;
  }
  return Buffer.concat(pieces);
}
