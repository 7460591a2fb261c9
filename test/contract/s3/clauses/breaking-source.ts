import { Readable } from 'node:stream';

interface BreakingSource {
  readonly body: Readable;
  readonly announcedBytes: number;
  readonly abortSignal: AbortSignal;
}

/**
 * A body that gives half of what it announces; then its request is aborted. An error of the body itself would not do: the SDK
 * does not listen for it, so that it ends the process (`pipe` in its HTTP handler), and the request would wait for ever.
 */
export function breakingSource(): BreakingSource {
  const pieceBytes = 100_000;
  const pieces = 10;
  const abort = new AbortController();
  async function* half(): AsyncGenerator<Buffer> {
    for (let piece = 0; piece < pieces / 2; piece++) yield Buffer.alloc(pieceBytes);
    abort.abort();
    await new Promise(() => {});
  }
  return { body: Readable.from(half()), announcedBytes: pieceBytes * pieces, abortSignal: abort.signal };
}
