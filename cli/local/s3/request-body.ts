import { createHash } from 'node:crypto';
import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';
import { claimsOf, trailingDigest } from './body-claims.ts';
import { decodeAwsChunked } from './body-stream.ts';
import { type ChecksumAlgorithm, defaultAlgorithm, startChecksum } from './checksums.ts';
import { S3Error } from './errors.ts';

/** What arrived, measured while it passed and found equal to everything the client said of it. */
export interface ReceivedBody {
  readonly sizeBytes: number;
  readonly md5: Buffer;
  /** The checksum to store. */
  readonly algorithm: ChecksumAlgorithm;
  readonly digest: Buffer;
  /** The checksum that the client sent, if any. */
  readonly sent: { readonly algorithm: ChecksumAlgorithm; readonly digest: Buffer } | undefined;
}

interface ReceiveOptions {
  readonly request: IncomingMessage;
  /** The headers that speak of the body, where they are not all of the request's. */
  readonly headers?: IncomingHttpHeaders;
  /** The algorithm of the checksum to store; left out: that of the client's checksum, else the one S3 chooses by itself. */
  readonly algorithm?: ChecksumAlgorithm;
  /** Takes the payload; the body counts as received only when this has resolved. */
  readonly sink: (payload: AsyncIterable<Buffer>) => Promise<void>;
}

/**
 * Streams a request's payload to the sink and verifies length, Content-MD5, payload hash and checksum, header or trailer.
 * Signatures are not verified: neither those of the request nor those of its chunks.
 * @throws S3Error BadDigest, InvalidDigest, IncompleteBody, XAmzContentSHA256Mismatch, EntityTooLarge, MissingContentLength.
 * Whatever was thrown, the caller must drop what the sink has stored.
 */
export async function receiveBody(options: ReceiveOptions): Promise<ReceivedBody> {
  const claims = claimsOf(options.headers ?? options.request.headers);
  const algorithm = options.algorithm ?? claims.algorithm ?? defaultAlgorithm;
  // Leaving the loop early must not destroy the request: the client could not read the error then.
  const raw: AsyncIterable<Buffer> = options.request.iterator({ destroyOnReturn: false });
  const { bytes, trailers } = claims.isChunked
    ? decodeAwsChunked(raw)
    : { bytes: raw, trailers: new Map<string, string>() };
  const md5 = createHash('md5');
  const sha256 = claims.payloadSha256 === undefined ? undefined : createHash('sha256');
  const checksum = startChecksum(algorithm);
  const other =
    claims.algorithm === undefined || claims.algorithm === algorithm
      ? undefined
      : startChecksum(claims.algorithm);
  let sizeBytes = 0;
  async function* measured(): AsyncGenerator<Buffer> {
    for await (const chunk of bytes) {
      sizeBytes += chunk.length;
      if (sizeBytes > claims.sizeBytes) throw incomplete(claims.sizeBytes, sizeBytes);
      md5.update(chunk);
      sha256?.update(chunk);
      checksum.update(chunk);
      other?.update(chunk);
      yield chunk;
    }
  }
  await options.sink(measured());
  if (sizeBytes !== claims.sizeBytes) throw incomplete(claims.sizeBytes, sizeBytes);
  const received = { sizeBytes, md5: md5.digest(), algorithm, digest: checksum.digest() };
  if (claims.contentMd5 !== undefined && !received.md5.equals(claims.contentMd5))
    throw badDigest('Content-MD5');
  if (sha256 !== undefined && sha256.digest('hex') !== claims.payloadSha256) {
    throw new S3Error(
      'XAmzContentSHA256Mismatch',
      "The provided 'x-amz-content-sha256' header does not match what was computed.",
    );
  }
  if (claims.algorithm === undefined) return { ...received, sent: undefined };
  const sent = { algorithm: claims.algorithm, digest: other?.digest() ?? received.digest };
  const digest = claims.digest ?? trailingDigest(claims.algorithm, trailers);
  if (!sent.digest.equals(digest)) throw badDigest(sent.algorithm);
  return { ...received, sent };
}

function badDigest(name: string): S3Error {
  return new S3Error('BadDigest', `The ${name} you specified did not match the calculated checksum.`);
}

function incomplete(claimed: number, received: number): S3Error {
  return new S3Error(
    'IncompleteBody',
    `The request announced ${claimed} bytes and brought ${received > claimed ? 'more' : received}.`,
  );
}
