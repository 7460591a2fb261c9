import { S3Client } from '@aws-sdk/client-s3';

/** A bucket, and the client that speaks to it. */
export interface Bucket {
  readonly name: string;
  readonly client: S3Client;
}

export function openBucket(name: string): Bucket {
  // Eight tries with back-off ride out the 503 SlowDown of a prefix that S3 is still splitting.
  return { name, client: new S3Client({ maxAttempts: 8 }) };
}
