import { PutObjectCommand } from '@aws-sdk/client-s3';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Bucket } from '../../../lambdas/s3/bucket.ts';
import { readRange } from '../../../lambdas/s3/read-range.ts';
import { type LocalEndpoint, startLocalEndpoint } from '../local/s3/local-endpoint.ts';
import { newBucket } from './upload/object-writer-parts.ts';

let endpoint: LocalEndpoint;
let bucket: Bucket;

beforeAll(async () => {
  endpoint = await startLocalEndpoint();
  bucket = await newBucket(endpoint);
});
afterAll(() => endpoint.stop());

/** @returns the ETag. */
async function put(key: string, Body: string): Promise<string> {
  const { ETag = '' } = await bucket.client.send(
    new PutObjectCommand({ Bucket: bucket.name, Key: key, Body }),
  );
  return ETag;
}

test('A range is read, not more and not less', async () => {
  const etag = await put('whole', '0123456789');

  const range = await readRange(bucket, { key: 'whole', etag, start: 2, length: 5 });

  expect(range.toString()).toBe('23456');
});

test('A range of an object that was replaced is refused', async () => {
  const etag = await put('replaced', '0123456789');
  await put('replaced', '9876543210');

  const read = readRange(bucket, { key: 'replaced', etag, start: 2, length: 5 });

  await expect(read).rejects.toMatchObject({ name: 'StorageError', kind: 'conflict' });
});

test('A range beyond the end of the object is refused', async () => {
  await put('short', '0123456789');

  const read = readRange(bucket, { key: 'short', start: 8, length: 5 });

  await expect(read).rejects.toMatchObject({ name: 'StorageError', kind: 'refused' });
});
