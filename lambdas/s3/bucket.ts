import { Readable } from 'node:stream';
import { S3Client } from '@aws-sdk/client-s3';

/** A bucket, and the client to access it. */
export interface Bucket {
  readonly name: string;
  readonly client: S3Client;
}

/** A client of the bucket, with region and endpoint from the environment. */
export function openBucket(name: string): Bucket {
  // Eight attempts with backoff outlast the 503 SlowDown of a prefix that S3 is still partitioning.
  const client = new S3Client({ maxAttempts: 8 });
  skipPayloadSignature(client);
  sendInChunks(client);
  return { name, client };
}

/**
 * Keeps the client from hashing every body with SHA-256 for its signature. TLS, which the bucket policy
 * requires, and the CRC-32 of each body, which S3 verifies and whose header is signed, protect the same
 * bytes.
 * https://docs.aws.amazon.com/AmazonS3/latest/API/sig-v4-header-based-auth.html
 */
function skipPayloadSignature({ middlewareStack }: S3Client): void {
  middlewareStack.add(
    (next) => (call) => {
      if (isRequestWithBytes(call.request)) {
        call.request.headers['x-amz-content-sha256'] = 'UNSIGNED-PAYLOAD';
      }
      return next(call);
    },
    { step: 'build', name: 'skipPayloadSignature' },
  );
}

/** Large enough for few calls, small enough to hold one encrypted. */
const chunkBytes = 256 * 1024;

/**
 * Sends large bodies in chunks. Node encrypts what is written to a TLS socket at once, so that the whole of a
 * part in one write is held twice. Each attempt of the client gets a stream of its own.
 */
function sendInChunks({ middlewareStack }: S3Client): void {
  middlewareStack.add(
    (next) => (call) => {
      const { request } = call;
      if (!isRequestWithBytes(request) || request.body.length <= chunkBytes) return next(call);
      const body = Readable.from(chunksOf(request.body));
      const chunked = Object.assign(Object.create(Object.getPrototypeOf(request)), request, { body });
      return next({ ...call, request: chunked });
    },
    { step: 'deserialize', priority: 'low', name: 'sendInChunks' },
  );
}

function* chunksOf(body: Uint8Array): Generator<Uint8Array> {
  for (let start = 0; start < body.length; start += chunkBytes)
    yield body.subarray(start, start + chunkBytes);
}

interface RequestWithBytes {
  readonly headers: Record<string, string>;
  readonly body: Uint8Array;
}

function isRequestWithBytes(request: unknown): request is RequestWithBytes {
  return (
    typeof request === 'object' &&
    request !== null &&
    'headers' in request &&
    'body' in request &&
    request.body instanceof Uint8Array
  );
}
