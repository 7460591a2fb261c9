import { Readable } from 'node:stream';

/** The content as a stream of pieces whose size matches no chunk or part. */
export function pieces(content: Buffer): Readable {
  const size = 77_777;
  const count = Math.ceil(content.length / size);
  return Readable.from(
    Array.from({ length: count }, (_, at) => content.subarray(at * size, (at + 1) * size)),
  );
}
