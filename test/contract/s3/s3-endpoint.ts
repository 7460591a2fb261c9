import { randomBytes } from 'node:crypto';
import { CreateBucketCommand, PutBucketVersioningCommand, S3Client } from '@aws-sdk/client-s3';

/** A running S3 server, ours or another, for the contract suite. */
export interface S3Endpoint {
  readonly client: S3Client;
  /** Creates a bucket for one test. @returns its name. */
  createBucket(options: { readonly versioned: boolean }): Promise<string>;
  stop(): Promise<void>;
}

export interface S3Access {
  readonly url: string;
  readonly region: string;
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
}

/** A client with the SDK's defaults, like the product's, but without retries, so that errors are visible. */
export function clientFor({ url, region, accessKeyId, secretAccessKey }: S3Access): S3Client {
  return new S3Client({
    endpoint: url,
    region,
    credentials: { accessKeyId, secretAccessKey },
    forcePathStyle: true,
    maxAttempts: 1,
    logger: silent,
  });
}

/**
 * Without a logger the SDK prints a warning for every streamed request that fails, which some of these
 * requests are meant to do.
 */
const silent = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} };

/** Creates a bucket with the API, for servers that support it. */
export async function createBucketWith(client: S3Client, options: { versioned: boolean }): Promise<string> {
  const name = newBucketName();
  await client.send(new CreateBucketCommand({ Bucket: name }));
  if (options.versioned) {
    await client.send(
      new PutBucketVersioningCommand({ Bucket: name, VersioningConfiguration: { Status: 'Enabled' } }),
    );
  }
  return name;
}

export function newBucketName(): string {
  return `contract-${randomBytes(6).toString('hex')}`;
}
