import { S3Client } from '@aws-sdk/client-s3';

/** A bucket, and the client that speaks to it. */
export interface Bucket {
  readonly name: string;
  readonly client: S3Client;
}

/** A client of the bucket, with region and endpoint from the environment. */
export function openBucket(name: string): Bucket {
  // Eight tries with back-off ride out the 503 SlowDown of a prefix that S3 is still splitting.
  const client = new S3Client({ maxAttempts: 8 });
  leavePayloadsUnsigned(client);
  return { name, client };
}

/**
 * Keeps the client from hashing every body once more, with SHA-256, for its signature. What it would guard against is guarded
 * by TLS, which the bucket policy demands, and by the CRC-32 of each body, which S3 compares: its header is signed.
 * https://docs.aws.amazon.com/AmazonS3/latest/API/sig-v4-header-based-auth.html
 */
function leavePayloadsUnsigned({ middlewareStack }: S3Client): void {
  middlewareStack.add(
    (next) => (call) => {
      if (isRequestWithBytes(call.request)) {
        call.request.headers['x-amz-content-sha256'] = 'UNSIGNED-PAYLOAD';
      }
      return next(call);
    },
    { step: 'build', name: 'leavePayloadsUnsigned' },
  );
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
