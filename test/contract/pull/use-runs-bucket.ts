import { afterAll, beforeAll, vi } from 'vitest';
import { type Bucket, openBucket } from '../../../lambdas/s3/bucket.ts';
import { startLocalEndpoint } from '../local/s3/local-endpoint.ts';

/**
 * A bucket for the documents of runs, behind S3's protocol, opened as the functions open it; one per test
 * file.
 */
export function useRunsBucket(): { readonly runs: Bucket } {
  const opened: { runs: Bucket | undefined; stop: () => Promise<void> } = {
    runs: undefined,
    stop: async () => {},
  };
  beforeAll(async () => {
    const storage = await startLocalEndpoint();
    vi.stubEnv('AWS_ENDPOINT_URL_S3', storage.url);
    vi.stubEnv('AWS_REGION', 'eu-south-1');
    vi.stubEnv('AWS_ACCESS_KEY_ID', 'local');
    vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'local');
    const runs = openBucket(await storage.createBucket({ versioned: false }));
    opened.runs = runs;
    opened.stop = async () => {
      runs.client.destroy();
      await storage.stop();
    };
  });
  afterAll(async () => {
    await opened.stop();
    vi.unstubAllEnvs();
  });
  return {
    get runs(): Bucket {
      if (opened.runs === undefined) throw new Error('The bucket is not open');
      return opened.runs;
    },
  };
}
