import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Bucket } from '../../../../lambdas/s3/bucket.ts';
import { headObject } from '../../../../lambdas/s3/head-object.ts';
import { MemoryBudget, type MemoryReservation } from '../../../../lambdas/s3/upload/memory-budget.ts';
import { type LocalEndpoint, startLocalEndpoint } from '../../local/s3/local-endpoint.ts';
import {
  content,
  mebibyte,
  newBucket,
  objectKey,
  partBytes,
  writeAll,
  writerOf,
} from './object-writer-parts.ts';

let endpoint: LocalEndpoint;
let bucket: Bucket;

beforeAll(async () => {
  endpoint = await startLocalEndpoint();
  bucket = await newBucket(endpoint);
});
afterAll(() => endpoint.stop());

/** Gives access to the buffers, in which bytes change between their arrival and their way to S3. */
class OpenBudget extends MemoryBudget {
  readonly buffers: Buffer[] = [];

  override async reserve(bytes: number): Promise<MemoryReservation> {
    const reservation = await super.reserve(bytes);
    this.buffers.push(reservation.buffer);
    return reservation;
  }
}

test.each([
  ['put whole', 1000],
  ['of several parts', 2 * partBytes + 1000],
])('An object %s whose bytes change in memory is not published', async (title, sizeBytes) => {
  const key = objectKey(`changed/${title}`);
  const budget = new OpenBudget(64 * mebibyte);
  const writer = writerOf(bucket, { key, expectedBytes: sizeBytes, budget });
  await writeAll(writer, content(sizeBytes));
  const last = budget.buffers.at(-1);
  last?.writeUInt8(last.readUInt8(0) ^ 1, 0);

  const commit = writer.commit();

  await expect(commit).rejects.toMatchObject({ name: 'StorageError' });
  await writer.abort();
  expect(await headObject(bucket, key)).toBeUndefined();
});
