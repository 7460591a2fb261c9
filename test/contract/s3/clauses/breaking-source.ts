import { Readable } from 'node:stream';

interface BreakingSource {
  readonly body: Readable;
  readonly announcedBytes: number;
  readonly abortSignal: AbortSignal;
}

/**
 * A body that sends half of the announced bytes and then aborts its request. An error of the body itself
 * would not work: the SDK does not listen for it (`pipe` in its HTTP handler), so it would end the process,
 * and the request would wait forever.
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
