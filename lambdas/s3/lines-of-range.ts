import type { Bucket } from './bucket.ts';
import { LineBlocks, type LineDocument } from './line-blocks.ts';

/** A line, and where the next one begins in its document. */
export interface PlacedLine {
  readonly text: string;
  readonly end: number;
}

/** Read at once; one block, and the one that is on its way, are what is held. */
const blockBytes = 256 * 1024;

/**
 * The lines of a document from a byte on, to its end, as slowly as they are worked on: no answer stays open meanwhile.
 * @throws StorageError
 */
export async function* linesOfRange(
  bucket: Bucket,
  document: LineDocument,
  fromByte: number,
): AsyncGenerator<PlacedLine> {
  const lines = new LineBlocks(bucket, document, { fromByte, blockBytes });
  let end = fromByte;
  for (let text = await lines.next(); text !== undefined; text = await lines.next()) {
    end += Buffer.byteLength(text) + 1;
    yield { text, end };
  }
}
