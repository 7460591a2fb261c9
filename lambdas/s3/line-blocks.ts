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

/**
 * Reads a document of lines block by block, in requests of their own: many documents can be read side by side, as slowly as they
 * are merged, and none has an answer that is open meanwhile. The next block is on its way while one is worked on.
 */
export class LineBlocks {
  readonly #bucket: Bucket;
  readonly #document: LineDocument;
  readonly #blockBytes: number;
  #offset: number;
  #coming: Promise<Buffer | undefined> | undefined;

  constructor(
    bucket: Bucket,
    document: LineDocument,
    { fromByte, blockBytes }: { readonly fromByte: number; readonly blockBytes: number },
  ) {
    this.#bucket = bucket;
    this.#document = document;
    this.#blockBytes = blockBytes;
    this.#offset = fromByte;
  }

  /** The next whole lines; undefined behind the last one. @throws StorageError, `conflict` where the document is another one now. */
  async next(): Promise<string[] | undefined> {
    let begun: Buffer = Buffer.alloc(0);
    for (;;) {
      const block = await (this.#coming ?? this.#read());
      this.#coming = undefined;
      if (block === undefined) return begun.length === 0 ? undefined : [begun.toString()];
      const bytes = begun.length === 0 ? block : Buffer.concat([begun, block]);
      const end = bytes.lastIndexOf(lineFeed);
      if (end === -1) {
        begun = bytes;
        continue;
      }
      this.#offset -= bytes.length - end - 1;
      this.#coming = this.#read();
      // Who stops reading does not hear of it; who goes on does.
      this.#coming.catch(() => undefined);
      return bytes.toString('utf8', 0, end).split('\n');
    }
  }

  async #read(): Promise<Buffer | undefined> {
    const { key, etag, bytes } = this.#document;
    const start = this.#offset;
    const length = Math.min(this.#blockBytes, bytes - start);
    if (length <= 0) return undefined;
    this.#offset = start + length;
    return await readRange(this.#bucket, { key, etag, start, length });
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
  for (let block = await lines.next(); block !== undefined; block = await lines.next()) {
    for (const line of block) {
      if (!isBefore(line)) return low;
      low += Buffer.byteLength(line) + 1;
    }
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
