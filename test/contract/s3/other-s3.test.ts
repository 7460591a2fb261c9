import { describe, it } from 'vitest';
import { s3Contract } from './s3-contract.ts';
import { clientFor, createBucketWith } from './s3-endpoint.ts';

const url = process.env.S3_CONTRACT_ENDPOINT;
if (url === undefined) {
  const reason = 'set S3_CONTRACT_ENDPOINT and the AWS keys to the address and keys of one';
  process.stdout.write(`Skipped: the S3 contract on another server: ${reason}.\n`);
  describe('another S3 server', () => it.skip(`fulfils the S3 contract (${reason})`));
} else {
  s3Contract(`The S3 server at ${url}`, async () => {
    const client = clientFor({
      url,
      region: process.env.AWS_REGION ?? 'us-east-1',
      accessKeyId: process.env.AWS_ACCESS_KEY_ID ?? '',
      secretAccessKey: process.env.AWS_SECRET_ACCESS_KEY ?? '',
    });
    return {
      client,
      createBucket: (options) => createBucketWith(client, options),
      stop: async () => client.destroy(),
    };
  });
}
