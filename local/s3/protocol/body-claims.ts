import type { IncomingHttpHeaders } from 'node:http';
import type { Trailers } from './aws-chunked.ts';
import {
  type ChecksumAlgorithm,
  checksumAlgorithms,
  checksumHeader,
  parseAlgorithm,
  parseDigest,
} from './checksums.ts';
import { S3Error } from './s3-error.ts';

/** The largest body of one PUT ("Amazon S3 multipart upload limits"). */
const maxBodyBytes = 5 * 1024 ** 3;

/** What the headers claim about the body. */
export interface BodyClaims {
  readonly sizeBytes: number;
  readonly isChunked: boolean;
  readonly contentMd5: Buffer | undefined;
  readonly payloadSha256: string | undefined;
  readonly algorithm: ChecksumAlgorithm | undefined;
  /** Undefined when it follows in a trailer. */
  readonly digest: Buffer | undefined;
}

/** @throws S3Error MissingContentLength, EntityTooLarge, InvalidDigest, InvalidRequest. */
export function parseClaims(headers: IncomingHttpHeaders): BodyClaims {
  const payloadHash = text(headers['x-amz-content-sha256']);
  const isChunked = payloadHash?.startsWith('STREAMING-') === true;
  return {
    sizeBytes: parseSize(isChunked ? headers['x-amz-decoded-content-length'] : headers['content-length']),
    isChunked,
    contentMd5: parseMd5(text(headers['content-md5'])),
    payloadSha256: /^[\da-f]{64}$/.test(payloadHash ?? '') ? payloadHash : undefined,
    ...parseChecksum(headers),
  };
}

function parseSize(header: string | string[] | undefined): number {
  if (!/^\d{1,15}$/.test(text(header) ?? '')) {
    throw new S3Error('MissingContentLength', 'You must provide the Content-Length HTTP header.');
  }
  const sizeBytes = Number(header);
  if (sizeBytes > maxBodyBytes) {
    throw new S3Error('EntityTooLarge', 'Your proposed upload exceeds the maximum allowed size', {
      fields: { ProposedSize: String(sizeBytes), MaxSizeAllowed: String(maxBodyBytes) },
    });
  }
  return sizeBytes;
}

function parseChecksum(headers: IncomingHttpHeaders): Pick<BodyClaims, 'algorithm' | 'digest'> {
  const trailer = text(headers['x-amz-trailer'])?.toLowerCase();
  const inTrailer = checksumAlgorithms.find((algorithm) => checksumHeader(algorithm) === trailer);
  const inHeaders = checksumAlgorithms.filter(
    (algorithm) => headers[checksumHeader(algorithm)] !== undefined,
  );
  const [algorithm, second] = inTrailer === undefined ? inHeaders : [...inHeaders, inTrailer];
  if (second !== undefined) {
    throw new S3Error(
      'InvalidRequest',
      'Expecting a single x-amz-checksum- header. Multiple checksum Types are not allowed.',
    );
  }
  const announced = text(headers['x-amz-sdk-checksum-algorithm']);
  if (announced !== undefined && parseAlgorithm(announced) !== algorithm) {
    throw new S3Error(
      'InvalidRequest',
      'x-amz-sdk-checksum-algorithm specified, but no corresponding x-amz-checksum-* or x-amz-trailer headers were found.',
    );
  }
  if (algorithm === undefined) {
    if (trailer === undefined) return { algorithm: undefined, digest: undefined };
    throw new S3Error(
      'InvalidRequest',
      `The value ${trailer} specified in the x-amz-trailer header is not supported`,
    );
  }
  const value = text(headers[checksumHeader(algorithm)]);
  return { algorithm, digest: value === undefined ? undefined : parseDigest(algorithm, value) };
}

/** The checksum in the trailer. @throws S3Error IncompleteBody when it is missing. */
export function trailingDigest(algorithm: ChecksumAlgorithm, trailers: Trailers): Buffer {
  const value = trailers.get(checksumHeader(algorithm));
  if (value !== undefined) return parseDigest(algorithm, value);
  throw new S3Error('IncompleteBody', `The announced trailer ${checksumHeader(algorithm)} is missing.`);
}

function parseMd5(base64: string | undefined): Buffer | undefined {
  if (base64 === undefined) return undefined;
  const digest = Buffer.from(base64, 'base64');
  if (digest.length === 16 && digest.toString('base64') === base64) return digest;
  throw new S3Error('InvalidDigest', 'The Content-MD5 you specified was invalid.');
}

function text(header: string | string[] | undefined): string | undefined {
  return typeof header === 'string' ? header : undefined;
}
