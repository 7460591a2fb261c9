import { createHash } from 'node:crypto';
import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';
import { decodeAwsChunked } from './aws-chunked.ts';
import { parseClaims, trailingDigest } from './body-claims.ts';
import { type ChecksumAlgorithm, defaultAlgorithm, startChecksum } from './checksums.ts';
import { S3Error } from './s3-error.ts';

/** A received body that matches everything that the client claimed about it. */
export interface ReceivedBody {
  readonly sizeBytes: number;
  readonly md5: Buffer;
  /** The checksum to store. */
  readonly algorithm: ChecksumAlgorithm;
  readonly digest: Buffer;
  /** The checksum of the client; undefined when it sent none. */
  readonly sent: { readonly algorithm: ChecksumAlgorithm; readonly digest: Buffer } | undefined;
}

interface ReceiveOptions {
  readonly request: IncomingMessage;
  /** The headers that describe the body; by default those of the request. */
  readonly headers?: IncomingHttpHeaders;
  /**
   * The algorithm of the checksum to store; by default that of the client's checksum, or the default of S3.
   */
  readonly algorithm?: ChecksumAlgorithm;
  /** Consumes the payload. The body is only received when this resolves. */
  readonly sink: (payload: AsyncIterable<Buffer>) => Promise<void>;
}

/**
 * Streams the payload of a request to the sink, and verifies its length, Content-MD5, payload hash and
 * checksum in the headers or the trailer. Signatures of the request and of chunks are not verified.
 * @throws S3Error BadDigest, InvalidDigest, IncompleteBody, XAmzContentSHA256Mismatch, EntityTooLarge,
 * MissingContentLength. After any error the caller must discard what the sink has stored.
 */
export async function receiveBody(options: ReceiveOptions): Promise<ReceivedBody> {
  const claims = parseClaims(options.headers ?? options.request.headers);
  const algorithm = options.algorithm ?? claims.algorithm ?? defaultAlgorithm;
  // Leaving the loop early must not destroy the request, or the client could not read the error.
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
  async function* measure(): AsyncGenerator<Buffer> {
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
  await options.sink(measure());
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
    `The request announced ${claimed} bytes but sent ${received > claimed ? 'more' : received}.`,
  );
}
