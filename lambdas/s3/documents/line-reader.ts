import type { Bucket } from '../bucket.ts';
import { readRange } from '../read-range.ts';

export interface LineDocument {
  readonly key: string;
  /** The end of the document, or where reading ends: after a complete line. */
  readonly bytes: number;
  /** The document must still have this ETag; undefined: any document at the key. */
  readonly etag: string | undefined;
}

/** Longer than most lines, so that reading one line takes one request. */
const lineProbeBytes = 16 * 1024;
const lineFeed = 0x0a;
const noBytes: Buffer = Buffer.alloc(0);

/**
 * Reads the lines of a document block by block, with a request per block. Many documents can be merged at any
 * pace, because no response stays open between blocks. The next block is fetched while the current one is
 * read. Two buffers are used in turn, so memory does not depend on the length of the document.
 */
export class LineReader {
  readonly #bucket: Bucket;
  readonly #document: LineDocument;
  /** The start of the next block. */
  #offset: number;
  #block: Buffer = noBytes;
  #position = 0;
  #spare: Buffer;
  #other: Buffer;
  #prefetch: Promise<Buffer> | undefined;

  constructor(
    bucket: Bucket,
    document: LineDocument,
    { fromByte, blockBytes }: { readonly fromByte: number; readonly blockBytes: number },
  ) {
    this.#bucket = bucket;
    this.#document = document;
    this.#offset = fromByte;
    const maxBytes = Math.min(blockBytes, document.bytes - fromByte);
    this.#spare = Buffer.allocUnsafeSlow(maxBytes);
    this.#other = maxBytes < document.bytes - fromByte ? Buffer.allocUnsafeSlow(maxBytes) : noBytes;
  }

  /**
   * The next line without its line feed; undefined after the last line. Not a promise if the line is in the
   * current block.
   * @throws StorageError, `conflict` if the document has been replaced.
   */
  next(): string | Promise<string | undefined> {
    const end = this.#block.indexOf(lineFeed, this.#position);
    if (end === -1) return this.#nextAcrossBlocks();
    const line = this.#block.toString('utf8', this.#position, end);
    this.#position = end + 1;
    return line;
  }

  async #nextAcrossBlocks(): Promise<string | undefined> {
    const pieces: Buffer[] = [];
    for (;;) {
      pieces.push(Buffer.from(this.#block.subarray(this.#position)));
      const block = await (this.#prefetch ?? this.#read());
      this.#block = block;
      this.#position = 0;
      if (block.length === 0) {
        const rest = Buffer.concat(pieces).toString();
        return rest === '' ? undefined : rest;
      }
      this.#prefetch = this.#read();
      // An error reaches the reader with the next line; a reader that has stopped does not need it.
      this.#prefetch.catch(() => undefined);
      const end = block.indexOf(lineFeed);
      if (end === -1) continue;
      this.#position = end + 1;
      return Buffer.concat([...pieces, block.subarray(0, end)]).toString();
    }
  }

  /** Reads into the buffer that is not in use. No bytes: the document has ended. */
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

/** A line, and the byte at which the next line of the document begins. */
export interface DocumentLine {
  readonly text: string;
  readonly end: number;
}

/** Two blocks are in memory: the current one, and the one that is being fetched. */
const blockBytes = 256 * 1024;

/**
 * The lines of a document from a byte to its end, at the pace of the caller.
 * @param fromByte the start of a line.
 * @throws StorageError
 */
export async function* readLinesFrom(
  bucket: Bucket,
  document: LineDocument,
  fromByte: number,
): AsyncGenerator<DocumentLine> {
  const lines = new LineReader(bucket, document, { fromByte, blockBytes });
  let end = fromByte;
  for (let text = await lines.next(); text !== undefined; text = await lines.next()) {
    end += Buffer.byteLength(text) + 1;
    yield { text, end };
  }
}

/**
 * The byte at which the first line begins that is not before the wanted one, in a document with sorted lines;
 * the end of the document if all lines are before it. A binary search: a few requests for any length.
 * @throws StorageError
 */
export async function seekLine(
  bucket: Bucket,
  document: LineDocument,
  isBefore: (line: string) => boolean,
): Promise<number> {
  let low = 0;
  let high = document.bytes;
  while (high - low > lineProbeBytes) {
    const middle = low + Math.floor((high - low) / 2);
    // From the byte before: it may be the line feed of the line that begins at the middle.
    const start = middle + (await readToLineFeed(bucket, document, middle - 1)).length;
    const isInside = start < high;
    if (isInside && isBefore((await readToLineFeed(bucket, document, start)).toString())) low = start;
    else high = middle;
  }
  const lines = new LineReader(bucket, document, { fromByte: low, blockBytes: lineProbeBytes });
  for (let line = await lines.next(); line !== undefined; line = await lines.next()) {
    if (!isBefore(line)) return low;
    low += Buffer.byteLength(line) + 1;
  }
  return document.bytes;
}

/** The bytes up to the next line feed, without it. */
async function readToLineFeed(bucket: Bucket, document: LineDocument, offset: number): Promise<Buffer> {
  const { key, etag, bytes } = document;
  const pieces: Buffer[] = [];
  for (let start = offset; start < bytes; ) {
    const length = Math.min(lineProbeBytes, bytes - start);
    const piece = await readRange(bucket, { key, etag, start, length });
    const end = piece.indexOf(lineFeed);
    if (end !== -1) return Buffer.concat([...pieces, piece.subarray(0, end)]);
    pieces.push(piece);
    start += length;
  }
  return Buffer.concat(pieces);
}
