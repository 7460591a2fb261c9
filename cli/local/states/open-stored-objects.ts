import { GetObjectCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { localRegion } from '../local-account.ts';
import type { StoredObjects } from './stored-objects.ts';

/** The objects of the stack that answers at the endpoint, over S3's API as the service itself uses it. The caller closes it. */
export function openStoredObjects(endpoint: string): StoredObjects & { close(): void } {
  const credentials = { accessKeyId: 'local', secretAccessKey: 'local' };
  const client = new S3Client({ endpoint, region: localRegion, credentials });
  return {
    read: async ({ bucket, key }) => {
      const { Body } = await client.send(new GetObjectCommand({ Bucket: bucket, Key: key }));
      return (await Body?.transformToString()) ?? '';
    },
    write: async ({ bucket, key }, text) => {
      await client.send(new PutObjectCommand({ Bucket: bucket, Key: key, Body: text }));
    },
    close: () => client.destroy(),
  };
}
