import { GetObjectCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { localRegion } from '../../account/local-account.ts';

/** An object in S3. */
export interface ObjectLocation {
  readonly bucket: string;
  readonly key: string;
}

/**
 * The objects that a Map reads its items from and writes its results to. Both reject with the error of S3.
 */
export interface StoredObjects {
  read(location: ObjectLocation): Promise<string>;
  write(location: ObjectLocation, text: string): Promise<void>;
}

/** The objects of the stack at the endpoint, through the API of S3. The caller must close it. */
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
