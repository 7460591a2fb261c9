import { S3Error } from './s3-error.ts';

/** The trailing headers of an aws-chunked body, with lower-case names; empty until the body has ended. */
export type Trailers = Map<string, string>;

interface ChunkedBody {
  readonly bytes: AsyncIterable<Buffer>;
  readonly trailers: Trailers;
}

/** A chunk header has a hexadecimal size and at most a signature. A longer line is not a chunk header. */
const maxLineBytes = 8 * 1024;

/**
 * Extracts the payload of an aws-chunked body ("Signature calculations for the Authorization header:
 * transferring payload in multiple chunks", and "Including trailing headers"): `size-hex[;chunk-signature=..]
 * CRLF payload CRLF`, ended by a chunk of size 0 and the trailers. Signatures are not verified. The payload
 * is streamed, never buffered.
 * @throws S3Error IncompleteBody while iterating, when the framing is wrong or incomplete.
 */
export function decodeAwsChunked(source: AsyncIterable<Buffer>): ChunkedBody {
  const trailers: Trailers = new Map();
  return { bytes: readPayload(source, trailers), trailers };
}

async function* readPayload(source: AsyncIterable<Buffer>, trailers: Trailers): AsyncGenerator<Buffer> {
  let state: 'size' | 'payload' | 'payload-end' | 'trailer' | 'done' = 'size';
  let line = '';
  let remaining = 0;
  for await (const received of source) {
    let rest = received;
    while (rest.length > 0) {
      if (state === 'payload') {
        const payload = rest.subarray(0, remaining);
        rest = rest.subarray(payload.length);
        remaining -= payload.length;
        if (remaining === 0) state = 'payload-end';
        yield payload;
        continue;
      }
      const end = rest.indexOf(0x0a);
      line += rest.toString('latin1', 0, end < 0 ? rest.length : end + 1);
      rest = end < 0 ? rest.subarray(rest.length) : rest.subarray(end + 1);
      if (line.length > maxLineBytes) throw badFraming('a line is too long');
      if (end < 0) break;
      const text = line.trimEnd();
      line = '';
      switch (state) {
        case 'size':
          remaining = parseSize(text);
          state = remaining === 0 ? 'trailer' : 'payload';
          break;
        case 'payload-end':
          if (text !== '') throw badFraming('a chunk exceeds its size');
          state = 'size';
          break;
        case 'trailer':
          if (text === '') state = 'done';
          else keepTrailer(trailers, text);
          break;
        case 'done':
          throw badFraming('bytes follow the last chunk');
        default:
          state satisfies never;
      }
    }
  }
  // Some clients omit the last empty line; the chunk of size 0 shows that the payload is complete.
  if (state !== 'done' && state !== 'trailer') throw badFraming('the chunk of size 0 is missing');
}

function parseSize(line: string): number {
  const match = /^([\da-fA-F]{1,12})(?:;.*)?$/.exec(line);
  if (match?.[1] === undefined) throw badFraming(`${JSON.stringify(line.slice(0, 40))} is not a chunk size`);
  return Number.parseInt(match[1], 16);
}

function keepTrailer(trailers: Trailers, line: string): void {
  const colon = line.indexOf(':');
  if (colon < 1) throw badFraming(`${JSON.stringify(line.slice(0, 40))} is not a trailing header`);
  trailers.set(line.slice(0, colon).trim().toLowerCase(), line.slice(colon + 1).trim());
}

function badFraming(reason: string): S3Error {
  return new S3Error('IncompleteBody', `The request body is not valid aws-chunked data: ${reason}.`);
}
